using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Weir.Export.Alerts;
using Weir.Export.Apisec;
using Weir.Export.Otlp;

namespace Weir.Fuzz.Peers;

/// <summary>What receivers of alerts, and of what a center or a probe exports, answer.</summary>
internal static class AlertTarget
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.FromUnixTimeSeconds(1_769_860_800);

    private static readonly Lazy<(RawServer Server, HttpClient Http, IAlertChannel[] Channels, ApisecClient Apisec)> s_lab = new(Make);

    private static readonly AlertNotification s_notification = new()
    {
        Id = "01JC0000000000000000000000", CreatedAt = s_now,
        Alerts = [new Alert { Id = "01JC0000000000000000000001", Key = "k", Kind = "flood", Severity = AlertSeverity.High, Status = AlertStatus.Firing, Title = "t", Text = "x", StartsAt = s_now, Details = [] }],
    };

    /// <summary>The answer of the receiver and, behind it, that of Google's token endpoint, both as raw HTTP.</summary>
    public static FuzzTarget Answers { get; } = new("alert-answers", SeedAnswers, ReadAnswers) { ShortRun = 150, Words = JsonWords.All };

    /// <summary>Bodies of answers of an OpenTelemetry collector and of APIsec.</summary>
    public static FuzzTarget Deliveries { get; } = new("delivery-answers", SeedDeliveries, ReadDelivery) { ShortRun = 300, Words = JsonWords.All };

    private static (RawServer, HttpClient, IAlertChannel[], ApisecClient) Make()
    {
        var server = new RawServer();
        using var rsa = RSA.Create(2048);
        var file = new JsonObject
        {
            ["type"] = "service_account", ["private_key"] = rsa.ExportPkcs8PrivateKeyPem(), ["client_email"] = "a@synthetic.example", ["token_uri"] = new Uri(server.Address, "token").AbsoluteUri,
        };
        if (!GoogleServiceAccount.TryRead(file.ToJsonString(), out var account, out var error)) throw new InvalidOperationException(error);
        var url = server.Address;
        return (server, new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = TimeSpan.FromSeconds(10) },
            [new SlackChannel(url), new WebhookChannel(url, new byte[24]), new AlertmanagerChannel(url), new FirebaseChannel(url, account)],
            new ApisecClient(url, "made-up", new ApisecRetry { AnswerTimeout = TimeSpan.FromSeconds(10) }, 1 << 16));
    }

    private static List<byte[]> SeedAnswers()
    {
        var token = RawServer.Http("""{"access_token":"synthetic","expires_in":3599,"token_type":"Bearer"}"""u8);
        return
        [
            Pieces.Join(RawServer.Http("ok"u8, type: "text/html"), token), Pieces.Join(RawServer.Http("invalid_payload"u8, 400, "text/plain"), token),
            Pieces.Join("HTTP/1.1 429 Too Many\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), token),
            Pieces.Join("HTTP/1.1 503 No\r\nRetry-After: Wed, 21 Oct 9999 07:28:00 GMT\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"u8.ToArray(), RawServer.Http("""{"error":"invalid_grant"}"""u8, 400)),
            Pieces.Join("HTTP/1.1 401 Who\r\nWWW-Authenticate: Basic\r\n\r\n"u8.ToArray(), RawServer.Http("""{"access_token":["a"],"expires_in":"soon"}"""u8)),
        ];
    }

    private static List<byte[]> SeedDeliveries() =>
    [
        """{"partialSuccess":{"rejectedSpans":"3","errorMessage":"no"}}"""u8.ToArray(), """{"partialSuccess":{"rejectedSpans":3,"errorMessage":null}}"""u8.ToArray(), "{}"u8.ToArray(),
        """{"applications":[{"applicationId":"a1","applicationName":"shop","instances":[{"instanceId":"i1"}],"metadata":{"x":"y"}}],"nextToken":"t"}"""u8.ToArray(),
        """[{"items":[{"instanceId":"i1","hostUrl":"http://x"}]}]"""u8.ToArray(),
    ];

    private static void ReadAnswers(byte[] bytes)
    {
        var (server, http, channels, _) = s_lab.Value;
        var pieces = Pieces.Split(bytes);
        server.Answer = line => Pieces.At(pieces, line.StartsWith("POST /token", StringComparison.Ordinal) ? 1 : 0);
        // Tokens are kept, but for an hour at most: each round is a day after the one before.
        var now = s_now.AddDays(Interlocked.Increment(ref s_day) % 100_000);
        foreach (var channel in channels)
        {
            try
            {
                var answer = channel.SendAsync(http, s_notification, now, CancellationToken.None).GetAwaiter().GetResult();
                if (answer.Outcome != AlertOutcome.Taken && answer.Problem.Length is 0 or > 500) throw new InvalidOperationException($"{channel.Kind}: {answer.Outcome} is said as '{answer.Problem}'");
            }
            catch (HttpRequestException)
            {
                // As declared: tried again.
            }
        }
    }

    private static void ReadDelivery(byte[] bytes)
    {
        var (rejected, message) = OtlpSender.PartialSuccess(bytes);
        if (rejected < 0 || message.Length > 200) throw new InvalidOperationException($"{rejected} rejected: {message}");
        var (server, _, _, apisec) = s_lab.Value;
        server.Answer = _ => RawServer.Http(bytes);
        var answer = apisec.Applications(null, CancellationToken.None).GetAwaiter().GetResult();
        ApisecJson.InstanceId(answer.Body);
        foreach (var one in ApisecJson.Items(answer.Body).Concat(ApisecJson.Items(ApisecJson.Get(answer.Body, "applications"))))
        {
            ApisecJson.Text(one, "applicationId");
            ApisecJson.Number(one, "instanceId");
        }

        if (answer.Problem.Any(char.IsControl)) throw new InvalidOperationException("a terminal obeys what it is shown");
    }

    private static int s_day;
}
