using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Weir.Export.Alerts;
using Weir.Export.Otlp;
using Xunit;

namespace Weir.Export.Tests.Alerts;

/// <summary>What receivers might answer and no receiver should.</summary>
public sealed class HostileAnswerTests
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.FromUnixTimeSeconds(1_769_860_800);

    [Theory]
    [InlineData("{\"access_token\":\"synthetic\",\"expires_in\":1e300}", "synthetic")]
    [InlineData("{\"access_token\":\"synthetic\",\"expires_in\":-1e300}", "synthetic")]
    [InlineData("{\"access_token\":\"two\\r\\nlines\",\"expires_in\":60}", null)]
    [InlineData("{\"access_token\":\"\\ud800\",\"expires_in\":60}", null)]
    [InlineData("{\"access_token\":\"\",\"expires_in\":60}", null)]
    [InlineData("{\"access_token\":7}", null)]
    public async Task An_access_token_is_taken_when_it_can_be_shown_and_for_a_day_at_most(string answer, string? expected)
    {
        using var key = RSA.Create(2048);
        var file = new JsonObject { ["type"] = "service_account", ["private_key"] = key.ExportPkcs8PrivateKeyPem(), ["client_email"] = "a@synthetic.example", ["token_uri"] = "https://token.example/" };
        Assert.True(GoogleServiceAccount.TryRead(file.ToJsonString(), out var account, out _));
        using var http = new HttpClient(new Answering(answer));
        var (token, problem) = await new GoogleAccessToken(account).GetAsync(http, s_now, default);
        Assert.Equal(expected, token);
        if (expected is null) Assert.Equal(AlertOutcome.Later, problem.Outcome);
    }

    [Theory]
    [InlineData("{\"partialSuccess\":{\"rejectedSpans\":\"\\ud800\"}}", 0, "")]
    [InlineData("{\"partialSuccess\":{\"rejectedSpans\":-5,\"errorMessage\":\"no\"}}", 0, "no")]
    [InlineData("{\"partialSuccess\":{\"rejectedSpans\":\"3\",\"errorMessage\":\"no\"}}", 3, "no")]
    public void What_a_collector_says_of_spans_is_read_or_nothing_is(string answer, long rejected, string message) =>
        Assert.Equal((rejected, message), OtlpSender.PartialSuccess(Encoding.UTF8.GetBytes(answer)));

    private sealed class Answering(string body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(body) });
    }
}
