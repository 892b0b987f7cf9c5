using System.Buffers;
using System.Text;
using Weir.Privacy.Redaction;
using Weir.Records;
using Weir.Records.Json;
using Weir.Testing.Sensitive;
using Xunit;

namespace Weir.Privacy.Tests.Redaction;

/// <summary>Seeds in every place, through the redactor and the writers: with default settings none of them comes out.</summary>
public class LeakTests
{
    public static TheoryData<string> Places => [.. SeededPlaces.All.Select(place => place.Name)];

    [Fact]
    public void There_are_enough_kinds_and_places()
    {
        Assert.True(SensitiveSeeds.All.Select(seed => seed.Class).Distinct().Count() >= 50);
        Assert.True(SeededPlaces.All.Count >= 40);
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void No_seed_comes_out_of(string name)
    {
        var place = SeededPlaces.All.Single(place => place.Name == name);
        var redactor = new ExchangeRedactor();
        var leaks = new List<string>();
        foreach (var seed in SensitiveSeeds.All.Where(seed => seed.Alone || !place.NeedsForm))
        {
            var exchange = SeededPlaces.Clean();
            place.Hide(exchange, seed);
            redactor.Redact(exchange);
            foreach (var (output, bytes) in Outputs(exchange))
                if (LeakSearch.Find(bytes, Revealing(seed)) is { } form) leaks.Add($"{seed} in {output} as {form}: {Encoding.UTF8.GetString(bytes)}");
            if (exchange.Sensitive.Count == 0 && !exchange.Anomalies.Contains(Anomaly.BodyWithheld)) leaks.Add($"{seed}: nothing told");
            if (exchange.Sensitive.Any(found => found.Where.Length == 0)) leaks.Add($"{seed}: a place without a name");
            if (exchange.Sensitive.Any(found => found.Where.Contains(seed.Value, StringComparison.Ordinal))) leaks.Add($"{seed}: told in its place");
        }

        Assert.True(leaks.Count == 0, string.Join('\n', leaks.Take(20)));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void Redacting_twice_changes_nothing_more(string name)
    {
        var place = SeededPlaces.All.Single(place => place.Name == name);
        var redactor = new ExchangeRedactor();
        foreach (var seed in SensitiveSeeds.All.Where(seed => seed.Alone || !place.NeedsForm))
        {
            var exchange = SeededPlaces.Clean();
            place.Hide(exchange, seed);
            redactor.Redact(exchange);
            exchange.Sensitive.Clear();
            var once = Outputs(exchange).First().Bytes;
            redactor.Redact(exchange);
            Assert.Equal(Encoding.UTF8.GetString(once), Encoding.UTF8.GetString(Outputs(exchange).First().Bytes));
        }
    }

    /// <summary>Of a URL or a scheme only the credentials are secret.</summary>
    private static string Revealing(SensitiveSeed seed) => seed.Class switch
    {
        "url_credentials" => seed.Value[(seed.Value.IndexOf("//", StringComparison.Ordinal) + 2)..seed.Value.IndexOf('@', StringComparison.Ordinal)],
        "authorization" => seed.Value["Bearer ".Length..],
        _ => seed.Value,
    };

    private static IEnumerable<(string Name, byte[] Bytes)> Outputs(Exchange exchange)
    {
        var json = new ArrayBufferWriter<byte>();
        new ExchangeJsonWriter().Write(exchange, json);
        yield return ("JSON", json.WrittenSpan.ToArray());
        using var kept = new MemoryStream();
        Protocols(exchange, kept);
        yield return ("protocol fields", kept.ToArray());
        yield return ("body", exchange.Response.Body.Span.ToArray());
        yield return ("request body", exchange.Request.Body.Span.ToArray());
    }

    /// <summary>What the record says of gRPC, WebSocket and DNS, as outputs would take it.</summary>
    private static void Protocols(Exchange exchange, MemoryStream output)
    {
        output.Write(exchange.Grpc[exchange.Grpc.Message]);
        output.Write(exchange.Grpc.RequestJson.Span);
        output.Write(exchange.Grpc.ResponseJson.Span);
        foreach (var message in exchange.WebSocket.Captured) output.Write(exchange.WebSocket[message.Content]);
        foreach (var answer in exchange.Dns.Answers) output.Write(exchange.Dns[answer.Data]);
    }
}
