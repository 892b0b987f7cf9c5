using System.Text;
using Weir.Export.Apisec;
using Weir.Export.Spool;
using Weir.Records;
using Weir.Testing;

namespace Weir.Export.Tests.Apisec;

/// <summary>A stand-in, a configuration for it, and an output between.</summary>
internal sealed class ApisecCase : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("weir-apisec-").FullName;

    public ApisecCase()
    {
        Configure("\"orders\":{\"appId\":\"app-1\",\"instanceId\":\"inst-1\"}");
    }

    public StandIn Platform { get; } = new();

    public List<string> Told { get; } = [];

    public string ConfigurationPath => Path.Combine(_folder, "service_config.json");

    public string Spool => Path.Combine(_folder, "spool");

    public void Configure(string mappings, bool onboard = false, string? key = null, string more = "") => File.WriteAllText(
        ConfigurationPath,
        $$"""{"apiKey":"{{key}}","autoOnboardNewServices":{{(onboard ? "true" : "false")}},"apisecUrl":"{{Platform.Url}}"{{more}},"serviceMappings":{ {{mappings}} } }""");

    public ApisecOutput Open(Func<ApisecOptions, ApisecOptions>? change = null)
    {
        var options = new ApisecOptions
        {
            ConfigurationPath = ConfigurationPath,
            SpoolRoot = Spool,
            Token = StandIn.Token,
            Settle = TimeSpan.Zero,
            Tick = TimeSpan.FromMilliseconds(20),
            DrainTime = Patience,
            Retry = new ApisecRetry { FirstMs = 10, MaxMs = 50, MaxRetryAfter = TimeSpan.FromMilliseconds(50), AnswerTimeout = TimeSpan.FromSeconds(2), InstancePollMs = 5 },
            Tell = text =>
            {
                lock (Told) Told.Add(text);
            },
        };
        return new ApisecOutput(change?.Invoke(options) ?? options);
    }

    public bool Says(string text)
    {
        lock (Told) return Told.Exists(one => one.Contains(text, StringComparison.Ordinal));
    }

    public static bool Until(Func<bool> condition) => SpinWait.SpinUntil(condition, Patience);

    public static long Count(IEnumerable<KeyValuePair<string, long>> counters, string name) => counters.Single(one => one.Key == name).Value;

    public static Exchange Call(string method, string path, string? body = null, string host = "orders", int status = 200, string query = "")
    {
        var exchange = TestExchange.Empty();
        exchange.HasRequest = exchange.HasResponse = exchange.Complete = true;
        var request = exchange.Request;
        (request.Method, request.Path, request.Query) = (TestExchange.Text(request, method), TestExchange.Text(request, path), TestExchange.Text(request, query));
        TestExchange.Header(request, "Host", host);
        request.Host = request.Headers[0].Value;
        TestExchange.Header(request, "Accept", "application/json");
        TestExchange.Header(request, "Authorization", "Bearer of-a-caller");
        TestExchange.Header(request, "X-Api-Version", "2024-01-31");
        if (body is not null)
        {
            TestExchange.Header(request, "Content-Type", "application/json; charset=utf-8");
            TestExchange.Body(request, Encoding.UTF8.GetBytes(body));
        }

        (request.FirstByteNs, request.LastByteNs) = (TestExchange.StartNs, TestExchange.StartNs + 1000);
        exchange.Response.Status = status;
        (exchange.Response.FirstByteNs, exchange.Response.LastByteNs) = (TestExchange.StartNs + 2000, TestExchange.StartNs + 3000);
        return exchange;
    }

    public static void Send(IExchangeOutput output, params IEnumerable<Exchange> calls)
    {
        var lane = output.OpenLane();
        foreach (var call in calls) lane.Write(call);
        lane.Flush();
    }

    public void Dispose()
    {
        Platform.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
