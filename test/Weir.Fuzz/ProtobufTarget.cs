using System.Buffers;
using System.Text.Json;
using Weir.Protocols.Grpc.Descriptors;
using Weir.Records.Json;
using Weir.Testing;

namespace Weir.Fuzz;

/// <summary>Messages by every type of a descriptor set: the JSON must always be JSON, no deeper than readers go.</summary>
internal static class ProtobufTarget
{
    private static readonly string s_samples = RepositoryRoot.Combine("test/Weir.Protocols.Tests/Grpc/Samples");

    private static readonly string[] s_types = ["weir.test.Scalars", "weir.test.Nested", "weir.test.Known", "weir.legacy.Old"];

    private static readonly Lazy<ProtobufSchema> s_schema = new(() =>
        ProtobufSchema.TryRead(File.ReadAllBytes(Path.Combine(s_samples, "shop.desc")), out var schema, out var error)
            ? schema!
            : throw new InvalidOperationException(error));

    public static FuzzTarget Messages { get; } = new("protobuf", SeedMessages, RunMessage);

    public static FuzzTarget Descriptors { get; } = new(
        "descriptors", () => [File.ReadAllBytes(Path.Combine(s_samples, "shop.desc"))], bytes => ProtobufSchema.TryRead(bytes, out _, out _));

    private static List<byte[]> SeedMessages() =>
        [.. File.ReadLines(Path.Combine(s_samples, "samples.jsonl")).Select(line =>
        {
            using var sample = JsonDocument.Parse(line);
            return Convert.FromHexString(sample.RootElement.GetProperty("hex").GetString()!);
        }).Where(bytes => bytes.Length > 0)];

    private static void RunMessage(byte[] bytes)
    {
        var writer = new ProtobufJson();
        foreach (var type in s_types)
        {
            var output = new ArrayBufferWriter<byte>();
            var json = new JsonOutput(output);
            writer.Write(ref json, s_schema.Value.Message(type)!, bytes);
            json.Flush();
            using (JsonDocument.Parse(output.WrittenMemory)) if (output.WrittenCount == 0) throw new InvalidOperationException("nothing was written");
        }
    }
}
