using Weir.Protocols.Http2.Hpack;
using Weir.Testing;

namespace Weir.Fuzz;

/// <summary>
/// Header blocks of one direction: two bytes of length before each. One decoder reads them all, another joins after the first
/// block; whatever the second knows, the first must have read at the same place.
/// </summary>
internal static class HpackTarget
{
    public static FuzzTarget Target { get; } = new("hpack", Seeds, Run);

    private static List<byte[]> Seeds()
    {
        var seeds = new List<byte[]>();
        foreach (var size in new[] { 4096, 100, 0 })
        {
            var writer = new Http2Writer();
            var blocks = new List<byte[]> { size == 4096 ? writer.Block(":method=GET|a=1") : PacketBuilder.Concat(writer.Resize(size), writer.Block("a=1")) };
            for (var i = 0; i < 6; i++) blocks.Add(writer.Block($":method=GET|:scheme=http|:path=/{i}|x-one=1|x-{i % 3}=value-{i}|cookie=abc"));
            seeds.Add([.. blocks.SelectMany(block => PacketBuilder.Concat(PacketBuilder.UInt16(block.Length), block))]);
        }

        return seeds;
    }

    private static void Run(byte[] bytes)
    {
        var whole = new HpackDecoder(4096);
        var late = new HpackDecoder(4096);
        late.Lose();
        ReadOnlySpan<byte> rest = bytes;
        for (var number = 0; rest.Length > 2; number++)
        {
            var length = Math.Min((rest[0] << 8) | rest[1], rest.Length - 2);
            var block = rest.Slice(2, length);
            rest = rest[(length + 2)..];
            var (first, second) = (new Fields(), new Fields());
            var outcome = whole.Decode(block, first);
            if (number == 0) continue;
            late.Decode(block, second);
            // A fault of the sender ends what both can be expected to agree on.
            if (outcome is not (HpackOutcome.Complete or HpackOutcome.SizeUpdateInvalid)) return;
            if (first.List.Count != second.List.Count) throw new InvalidOperationException("another number of fields");
            for (var i = 0; i < first.List.Count; i++)
            {
                if (second.List[i] is { } known && known != first.List[i]) throw new InvalidOperationException($"{known} instead of {first.List[i]}");
            }
        }
    }

    private sealed class Fields : IHpackReceiver
    {
        public List<string?> List { get; } = [];

        public void OnField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
            List.Add($"{Convert.ToHexString(name)}:{Convert.ToHexString(value)}");

        public void OnUnknownField() => List.Add(null);
    }
}
