using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Weir.Protocols.Grpc.Descriptors;
using Weir.Records.Json;
using Weir.Testing;
using Xunit;

namespace Weir.Protocols.Tests.Grpc;

/// <summary>Messages that python3-protobuf wrote, and hand-made ones (<c>Samples/generate.py</c>), against its JSON.</summary>
public sealed class ProtobufJsonTests
{
    private static readonly string s_samples = RepositoryRoot.Combine("test/Weir.Protocols.Tests/Grpc/Samples");

    internal static byte[] DescriptorSet { get; } = File.ReadAllBytes(Path.Combine(s_samples, "shop.desc"));

    internal static ProtobufSchema Schema { get; } =
        ProtobufSchema.TryRead(DescriptorSet, out var schema, out var error) ? schema! : throw new InvalidOperationException(error);

    public static TheoryData<int> Lines => [.. Enumerable.Range(0, File.ReadAllLines(Path.Combine(s_samples, "samples.jsonl")).Length)];

    [Theory]
    [MemberData(nameof(Lines))]
    public void Messages_are_written_as_protobuf_itself_writes_them(int line)
    {
        using var sample = JsonDocument.Parse(File.ReadAllLines(Path.Combine(s_samples, "samples.jsonl"))[line]);
        var type = Schema.Message(sample.RootElement.GetProperty("type").GetString()!)!;
        var json = Write(type, Convert.FromHexString(sample.RootElement.GetProperty("hex").GetString()!));
        using var written = JsonDocument.Parse(json);
        Assert.Equal(Canonical(sample.RootElement.GetProperty("json")), Canonical(written.RootElement));
    }

    [Fact]
    public void Methods_of_all_services_are_known() => Assert.Equal(
        ["weir.test.Shop/AddOrders", "weir.test.Shop/GetOrder", "weir.test.Shop/ListOrders", "weir.test.Shop/Talk"],
        Schema.Methods.Order(StringComparer.Ordinal));

    [Fact]
    public void What_is_no_descriptor_set_is_refused_with_a_reason()
    {
        Assert.False(ProtobufSchema.TryRead("syntax = \"proto3\";"u8, out _, out var error));
        Assert.Contains("--descriptor_set_out", error, StringComparison.Ordinal);
        Assert.False(ProtobufSchema.TryRead([], out _, out _));
        // One file without those that it imports.
        var first = new List<byte>();
        for (var at = 0; at < DescriptorSet.Length;)
        {
            at++;
            ProtobufReader.TryReadVarint(DescriptorSet, ref at, out var length);
            var file = DescriptorSet.AsSpan(at, (int)length);
            at += (int)length;
            if (file.IndexOf("shop.proto"u8) != 2) continue;
            first.AddRange([0x0A, (byte)(length & 0x7F | 0x80), (byte)(length >> 7), .. file]);
        }

        Assert.False(ProtobufSchema.TryRead([.. first], out _, out error));
        Assert.Contains("--include_imports", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Mutated_messages_and_descriptors_never_throw_and_always_give_JSON()
    {
        var random = new Random(23);
        var samples = File.ReadAllLines(Path.Combine(s_samples, "samples.jsonl")).Select(line =>
        {
            using var sample = JsonDocument.Parse(line);
            return (Type: Schema.Message(sample.RootElement.GetProperty("type").GetString()!)!,
                Bytes: Convert.FromHexString(sample.RootElement.GetProperty("hex").GetString()!));
        }).ToArray();
        for (var round = 0; round < 20_000; round++)
        {
            var (_, bytes) = samples[random.Next(samples.Length)];
            var type = samples[random.Next(samples.Length)].Type;
            bytes = Mutate(bytes, random);
            using var written = JsonDocument.Parse(Write(type, bytes), new JsonDocumentOptions { MaxDepth = 256 });
            Assert.NotEqual(JsonValueKind.Undefined, written.RootElement.ValueKind);
        }

        for (var round = 0; round < 500; round++) ProtobufSchema.TryRead(Mutate(DescriptorSet, random), out _, out _);
    }

    [Fact]
    public void Nesting_beyond_the_limit_becomes_bytes()
    {
        byte[] message = [];
        for (var depth = 0; depth < 200; depth++) message = [0x12, (byte)(message.Length & 0x7F | 0x80), (byte)(message.Length >> 7), .. message];
        var json = Encoding.UTF8.GetString(Write(Schema.Message("weir.test.Nested.Inner")!, message));
        Assert.Equal(30, json.Split("children").Length);
        using var readable = JsonDocument.Parse(json);
    }

    internal static byte[] Write(MessageType type, byte[] message)
    {
        var output = new ArrayBufferWriter<byte>();
        var json = new JsonOutput(output);
        new ProtobufJson().Write(ref json, type, message);
        json.Flush();
        return output.WrittenSpan.ToArray();
    }

    private static byte[] Mutate(byte[] bytes, Random random)
    {
        bytes = [.. bytes];
        for (var i = random.Next(1, 4); i > 0 && bytes.Length > 0; i--)
        {
            var at = random.Next(bytes.Length);
            if (random.Next(4) == 0) bytes = [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(5))..]];
            else bytes[at] = (byte)random.Next(256);
        }

        return bytes;
    }

    /// <summary>Members sorted, numbers by value, so that only meaning is compared.</summary>
    private static string Canonical(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(",", element.EnumerateObject().OrderBy(one => one.Name, StringComparer.Ordinal)
            .Select(one => JsonSerializer.Serialize(one.Name) + ":" + Canonical(one.Value))) + "}",
        JsonValueKind.Array => "[" + string.Join(",", element.EnumerateArray().Select(Canonical)) + "]",
        JsonValueKind.Number => element.GetDouble().ToString("R", CultureInfo.InvariantCulture),
        JsonValueKind.String => JsonSerializer.Serialize(element.GetString()),
        _ => element.GetRawText(),
    };
}
