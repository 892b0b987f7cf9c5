using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Weir.Center.Tetragon;
using Weir.Rpc.Tetragon.V1;
using Weir.Storage.Processes;
using Weir.Testing;

namespace Weir.Center.Tests.Tetragon;

public sealed class EventReaderTests
{
    private static readonly EventReader s_reader = new(new TetragonLimits().MaxText);

    [SkippableFact]
    public void All_documented_events_are_read_with_pod_binary_and_parent()
    {
        var events = Documented().Select(Read).ToList();
        Assert.Equal(40, events.Count);
        Assert.Equal(
            "close 4, connect 5, exec 18, exit 9, kprobe 2, listen 2", string.Join(", ", events.GroupBy(one => one.Type).OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Key} {one.Count()}")));
        Assert.All(events, one =>
        {
            Assert.True(one.Binary.Length > 0 && one.ExecId.Length > 0 && one.Pid > 0, one.ToString());
            Assert.InRange(one.TimeNs, 1_600_000_000_000_000_000, 1_800_000_000_000_000_000);
        });
        var connect = events.First(one => one is { Type: "connect", Binary: "/usr/bin/curl" });
        Assert.Equal(("tenant-jobs", "elasticsearch-56f8fc6988-pb8c7", "elasticsearch", "www.google.com", 115153, "/bin/bash", "minikube"),
            (connect.Namespace, connect.Pod, connect.Container, connect.Arguments, connect.Pid, connect.ParentBinary, connect.Node));
        Assert.Equal(("10.88.0.7:49168", "142.250.180.196:80"), (connect.Source, connect.Destination));
        Assert.Equal(1642609742021000000, connect.TimeNs);
    }

    [SkippableFact]
    public void What_a_real_agent_wrote_is_read()
    {
        var events = File.ReadAllLines(SharedData.Require("tetragon/real-events-v0.10.0-vm.jsonl")).Select(Read).ToList();
        Assert.Equal((19, 17, 3), (events.Count(one => one.Type == "exec"), events.Count(one => one.Type == "exit"), events.Count(one => one.Type == "kprobe")));
        var opened = events.First(one => one.Type == "kprobe");
        Assert.Equal(("fd_install", "post", "3, /etc/shadow", "cat /etc/shadow"), (opened.Function, opened.Action, opened.Detail, opened.Arguments));
    }

    [SkippableFact]
    public void The_binary_form_says_the_same()
    {
        var parser = new JsonParser(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));
        foreach (var line in Documented())
        {
            var wire = GetEventsResponse.Parser.ParseFrom(parser.Parse<GetEventsResponse>(line).ToByteArray());
            Assert.Equal(EventOutcome.Event, s_reader.Read(wire, out var found));
            Assert.Equal(Read(line), found);
        }
    }

    /// <summary>Fields and numbers as the wire has them, written out by hand: a mistake in our proto file would not show otherwise.</summary>
    [Fact]
    public void A_message_of_the_wire_is_read_by_its_numbers()
    {
        static byte[] Field(int number, params byte[] value)
        {
            using var bytes = new MemoryStream();
            using var output = new CodedOutputStream(bytes);
            output.WriteTag(number, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(value));
            output.Flush();
            return bytes.ToArray();
        }

        static byte[] Text(int number, string value) => Field(number, Encoding.UTF8.GetBytes(value));

        var process = (byte[])[
            .. Text(1, "bm9kZTox"), .. Field(2, 8, 42), .. Text(5, "/usr/bin/curl"), .. Text(6, "-s example.com"),
            .. Field(10, [.. Text(1, "shop"), .. Text(2, "web-1"), .. Field(4, Text(2, "main"))]),
        ];
        var sock = (byte[])[.. Text(6, "10.0.0.7"), .. Text(7, "192.0.2.9"), 0x40, 0xd0, 0x86, 0x03, 0x48, 0xbb, 0x03];
        var kprobe = (byte[])[.. Field(1, process), .. Field(2, Text(5, "/bin/sh")), .. Text(3, "tcp_connect"), .. Field(4, Field(9, sock)), 0x30, 0x01, .. Text(8, "egress")];
        var message = (byte[])[.. Field(9, kprobe), .. Text(1000, "node-1"), .. Field(1001, 8, 0x80, 0xa8, 0xd6, 0xb9, 0x07, 16, 5)];
        Assert.Equal(EventOutcome.Event, s_reader.Read(GetEventsResponse.Parser.ParseFrom(message), out var found));
        Assert.Equal(
            new ProcessEvent
            {
                TimeNs = 2_000_000_000_000_000_005, Type = "kprobe", Node = "node-1", Policy = "egress", Namespace = "shop", Pod = "web-1", Container = "main",
                Binary = "/usr/bin/curl", Arguments = "-s example.com", Pid = 42, ParentBinary = "/bin/sh", ExecId = "bm9kZTox", Function = "tcp_connect", Action = "post", Source = "10.0.0.7:50000", Destination = "192.0.2.9:443",
            },
            found);
    }

    [Theory]
    [InlineData("""{"process_throttle":{"type":"THROTTLE_START"},"node_name":"a","time":"2026-01-01T00:00:00Z"}""", 1)]
    [InlineData("""{"rate_limit_info":{"number_of_dropped_process_events":"5"},"time":"2026-01-01T00:00:00Z"}""", 1)]
    [InlineData("""{"process_of_the_future":{"x":[{"y":1}]},"time":"2026-01-01T00:00:00Z"}""", 1)]
    [InlineData("{}", 1)]
    [InlineData("", 2)]
    [InlineData("hello", 2)]
    [InlineData("[1]", 2)]
    [InlineData("null", 2)]
    [InlineData("""{"process_exec":{"process":{"pid":-1}},"time":"2026-01-01T00:00:00Z"}""", 2)]
    [InlineData("""{"process_exec":{"process":{"pid":99999999999}},"time":"2026-01-01T00:00:00Z"}""", 2)]
    [InlineData("""{"process_exec":{"process":[]},"time":"2026-01-01T00:00:00Z"}""", 2)]
    [InlineData("""{"process_exec":{"process":{"binary":"/a"}},"time":"yesterday"}""", 2)]
    [InlineData("""{"process_exec":{"process":{"binary":"/a"}}}""", 2)]
    public void What_is_of_no_known_kind_is_passed_over_and_what_is_no_event_is_told_apart(string line, int outcome)
    {
        Assert.Equal((EventOutcome)outcome, s_reader.Read(Encoding.UTF8.GetBytes(line), out var found));
        Assert.Null(found);
    }

    [Fact]
    public void Arguments_and_actions_of_later_versions_are_left_out_of_the_event()
    {
        var one = Read("""{"process_kprobe":{"process":{"pid":1,"binary":"/a","brand_new":{"a":1}},"function_name":"f","args":[{"hologram_arg":{"x":1}},{"int_arg":7,"label":"n"}],"action":"KPROBE_ACTION_TELEPORT","policy_name":"p"},"time":"2026-01-01T00:00:00Z"}""");
        Assert.Equal(("f", "7", "p"), (one.Function, one.Detail, one.Policy));
    }

    [SkippableFact]
    public void Damaged_lines_never_throw()
    {
        var random = new Random(9);
        foreach (var line in Documented().Select(Encoding.UTF8.GetBytes))
        {
            for (var i = 0; i < 60; i++)
            {
                var bad = line.ToArray();
                for (var hit = 0; hit < 3; hit++) bad[random.Next(bad.Length)] = (byte)random.Next(256);
                _ = s_reader.Read(bad.AsSpan(0, random.Next(bad.Length)), out _);
                _ = s_reader.Read(bad, out _);
            }
        }

        Assert.Equal(EventOutcome.Malformed, s_reader.Read(Encoding.UTF8.GetBytes("{\"process_exec\":" + new string('[', 50_000)), out _));
    }

    [Fact]
    public void A_text_of_an_event_has_so_many_characters()
    {
        var small = new EventReader(10);
        Assert.Equal(EventOutcome.Event, small.Read(Encoding.UTF8.GetBytes("""{"process_exec":{"process":{"binary":"/a","arguments":"LONG"}},"time":"2026-01-01T00:00:00Z"}""".Replace("LONG", new string('x', 50), StringComparison.Ordinal)), out var found));
        Assert.Equal(new string('x', 10) + "…", found!.Arguments);
    }

    /// <summary>The events of Tetragon's documentation, each in a line as the export has them.</summary>
    internal static IReadOnlyList<string> Documented() =>
        [.. Directory.GetFiles(SharedData.Require("tetragon/events"), "*.json").Order(StringComparer.Ordinal).Select(static file => JsonSerializer.Serialize(JsonDocument.Parse(File.ReadAllText(file)).RootElement))];

    private static ProcessEvent Read(string line)
    {
        Assert.True(s_reader.Read(Encoding.UTF8.GetBytes(line), out var found) == EventOutcome.Event, line);
        return found!;
    }
}
