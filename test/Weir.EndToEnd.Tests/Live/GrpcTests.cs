using System.Text.Json;
using Weir.EndToEnd.Tests.Support;
using Weir.Testing;
using Xunit.Abstractions;

namespace Weir.EndToEnd.Tests.Live;

/// <summary>Calls of every kind between python3-grpcio peers across a veth pair while Weir captures beside the server.</summary>
public sealed class GrpcTests(ITestOutputHelper log)
{
    private const string Python = "/usr/bin/python3";

    private static readonly string s_peer = RepositoryRoot.Combine("test/Weir.EndToEnd.Tests/Live/grpc_peer.py");

    private static readonly string s_descriptors = RepositoryRoot.Combine("test/Weir.Protocols.Tests/Grpc/Samples/shop.desc");

    private static string Address => $"{NetworkLab.ServerAddress}:8080";

    /// <summary>One round of the client, as the records must tell it: method, status, messages in and out.</summary>
    private static readonly string[] s_round =
    [
        "AddOrders 0 2/1", "GetOrder -1 1/0", "GetOrder 0 1/1", "GetOrder 5 1/0", "ListOrders 0 1/3", "ListOrders 15 1/3", "Nothing 12 1/0", "Talk 0 4/4",
    ];

    [SkippableFact]
    public async Task Calls_of_every_kind_have_service_method_status_and_message_counts()
    {
        await SkipWithoutPeers();
        var (records, errors) = await Watch(rounds: 2, joinAfter: null);
        log.WriteLine(errors);
        foreach (var record in records) log.WriteLine(record.GetRawText());
        Assert.Equal(s_round.Concat(s_round).Order(StringComparer.Ordinal), records.Select(Call).Order(StringComparer.Ordinal));
        Assert.All(records, record => Assert.Equal("weir.test.Shop", record.GetProperty("grpc").GetProperty("service").GetString()));

        var missing = records.First(record => Call(record) == "GetOrder 5 1/0");
        Assert.Equal("no order 2: Grüße, 100%\n", missing.GetProperty("grpc").GetProperty("message").GetString());
        Assert.True(missing.GetProperty("complete").GetBoolean());
        // The client cancelled it.
        var slow = records.First(record => Call(record) == "GetOrder -1 1/0");
        Assert.False(slow.GetProperty("complete").GetBoolean());
        Assert.Contains("stream_reset_by_client", Anomalies(slow));
        Assert.All(records.Where(record => Call(record) != "GetOrder -1 1/0"), record => Assert.Empty(Anomalies(record)));
        Assert.All(records.Where(record => Call(record) == "Talk 0 4/4"), record => Assert.True(record.GetProperty("complete").GetBoolean()));
    }

    [SkippableFact]
    public async Task A_capture_that_joins_a_running_channel_tells_what_it_can_and_nothing_wrong()
    {
        await SkipWithoutPeers();
        var (records, errors) = await Watch(rounds: 12, joinAfter: "round 3");
        log.WriteLine(errors);
        log.WriteLine($"{records.Count} records, {records.Count(record => record.TryGetProperty("grpc", out _))} of them known to be gRPC");
        Assert.True(records.Count >= 20, $"only {records.Count}");
        var known = s_round.Select(one => one.Split(' ')[0]).ToHashSet(StringComparer.Ordinal);
        foreach (var record in records)
        {
            Assert.Equal("HTTP/2", record.GetProperty("protocol").GetString());
            if (!record.TryGetProperty("grpc", out var grpc)) continue;
            var method = grpc.GetProperty("method").GetString()!;
            if (method.Length == 0) Assert.NotEmpty(Anomalies(record).Intersect(["header_unknown", "request_missing"]));
            else Assert.Contains(method, known);
            if (grpc.GetProperty("status") is { ValueKind: JsonValueKind.Number } status) Assert.Contains(status.GetInt32(), new[] { 0, 5, 12, 15 });
        }
    }

    [SkippableFact]
    public async Task Messages_are_decoded_by_the_descriptors_compressed_ones_too()
    {
        await SkipWithoutPeers();
        var (records, errors) = await Watch(rounds: 2, joinAfter: null, "--descriptors", s_descriptors, "--reveal", "all");
        log.WriteLine(errors);
        foreach (var record in records) log.WriteLine(record.GetRawText());
        Assert.Equal(2 * s_round.Length, records.Count);
        foreach (var record in records)
        {
            var (requests, responses) = (Messages(record, "requestJson"), Messages(record, "responseJson"));
            (string[], string[])? expected = Call(record) switch
            {
                "GetOrder 0 1/1" => (["""{"id":"1"}"""], [Order(1)]),
                "GetOrder 5 1/0" => (["""{"id":"2","mode":"missing"}"""], []),
                "ListOrders 0 1/3" => (["""{"id":"3"}"""], [Order(0), Order(1), Order(2)]),
                "AddOrders 0 2/1" => ([Order(1), Order(2)], ["""{"id":"2"}"""]),
                "Talk 0 4/4" => (["{}", """{"id":"1"}""", """{"id":"2"}""", """{"id":"3"}"""], [Order(0), Order(1), Order(2), Order(3)]),
                _ => null,
            };
            if (expected is not { } both) continue;
            Assert.Equal(both.Item1, requests);
            Assert.Equal(both.Item2, responses);
        }

        static string Order(int n) => n == 0
            ? """{"customer":"customer 0","items":["tea","cup"]}"""
            : $$"""{"id":"{{n}}","customer":"customer {{n}}","items":["tea","cup"]}""";
    }

    private static List<string> Messages(JsonElement record, string name) =>
        record.GetProperty("grpc").TryGetProperty(name, out var messages) && messages.ValueKind == JsonValueKind.Array
            ? [.. messages.EnumerateArray().Select(one => one.GetRawText())]
            : [];

    private static async Task SkipWithoutPeers()
    {
        Skip.IfNot(NetworkLab.MissingTool is null, $"needs {NetworkLab.MissingTool}");
        using var probe = Child.Start(Python, "-c", "import grpc, google.protobuf");
        var (code, _, errors) = await probe.Finish(TimeSpan.FromSeconds(30));
        Skip.IfNot(code == 0, $"needs python3-grpcio and python3-protobuf: {errors}");
    }

    private async Task<(IReadOnlyList<JsonElement> Records, string Errors)> Watch(int rounds, string? joinAfter, params string[] options)
    {
        var folder = Directory.CreateTempSubdirectory("weir-grpc-").FullName;
        await using var lab = await NetworkLab.Create();
        using var server = NetworkLab.In(lab.Server, Python, s_peer, "server", Address, s_descriptors);
        await server.WaitForError("serving", TimeSpan.FromSeconds(30));
        Child? client = null;
        if (joinAfter is not null)
        {
            client = Ask(lab, rounds);
            await client.WaitForError(joinAfter, TimeSpan.FromSeconds(60));
        }

        var calls = Path.Combine(folder, "calls.jsonl");
        using var weir = NetworkLab.In(lab.Server, "dotnet", [WeirCommand.Assembly, "sniff", "-i", NetworkLab.ServerDevice, "-p", "8080", "-o", $"jsonl:{calls}", .. options]);
        await weir.WaitForError("capturing on", TimeSpan.FromSeconds(30));
        using var asking = client ?? Ask(lab, rounds);
        var (code, _, said) = await asking.Finish(TimeSpan.FromSeconds(90));
        Assert.True(code == 0, said);
        await Task.Delay(700);
        weir.Signal("TERM");
        var (ended, _, errors) = await weir.Finish(TimeSpan.FromSeconds(30));
        Assert.Equal(130, ended);
        var records = WeirCommand.Records(await File.ReadAllTextAsync(calls));
        Directory.Delete(folder, recursive: true);
        return (records, errors);
    }

    private static Child Ask(NetworkLab lab, int rounds) => NetworkLab.In(
        lab.Client, Python, s_peer, "client", Address, s_descriptors, rounds.ToString(System.Globalization.CultureInfo.InvariantCulture));

    private static string Call(JsonElement record)
    {
        var grpc = record.GetProperty("grpc");
        var status = grpc.GetProperty("status") is { ValueKind: JsonValueKind.Number } number ? number.GetInt32() : -1;
        return $"{grpc.GetProperty("method").GetString()} {status} {grpc.GetProperty("requestMessages").GetInt64()}/{grpc.GetProperty("responseMessages").GetInt64()}";
    }

    private static List<string?> Anomalies(JsonElement record) =>
        [.. record.GetProperty("anomalies").EnumerateArray().Select(one => one.GetString())];
}
