using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Weir.Inventory.Security;
using Xunit;

namespace Weir.Inventory.Tests;

public class SecurityTests
{
    private static readonly long s_now = Calls.EpochNs / 1_000_000_000;

    private readonly EndpointCatalogue _catalogue = new();

    private FindingKind[] Kinds => [.. ServiceFindings.Of(_catalogue.Services["shop"]).Select(static one => one.Kind).Distinct().Order()];

    private static string Token(string algorithm, string claims, string? key)
    {
        var signed = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{{\"alg\":\"{algorithm}\",\"typ\":\"JWT\"}}"))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}";
        return $"{signed}.{(key is null ? "" : Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.ASCII.GetBytes(signed))))}";
    }

    private void Get(string path, params (string, string)[] headers) => _catalogue.Observe(Calls.Make("GET", path, headers: headers));

    [Fact]
    public void A_token_without_signature_is_found()
    {
        Get("/x", ("Authorization", $"Bearer {Token("none", $"{{\"exp\":{s_now + 60}}}", null)}"));
        Assert.Equal([FindingKind.TokenUnsigned], Kinds);
    }

    [Fact]
    public void A_token_with_a_well_known_key_or_without_end_is_found()
    {
        Get("/x", ("Authorization", $"Bearer {Token("HS256", "{\"sub\":\"ada\"}", "your-256-bit-secret")}"));
        Assert.Equal([FindingKind.TokenWithoutExpiry, FindingKind.TokenKnownKey], Kinds);
    }

    [Fact]
    public void A_token_that_lives_long_is_found()
    {
        Get("/x", ("Authorization", $"Bearer {Token("HS256", $"{{\"exp\":{s_now + 999_999}}}", "made-up-and-not-on-any-list-9f2")}"));
        Assert.Equal([FindingKind.TokenLongLived], Kinds);
    }

    [Fact]
    public void A_sound_token_is_no_finding()
    {
        Get("/x", ("Authorization", $"Bearer {Token("HS256", $"{{\"exp\":{s_now + 600}}}", "made-up-and-not-on-any-list-9f2")}"));
        Assert.Empty(Kinds);
    }

    [Fact]
    public void A_weak_password_is_found_and_never_shown()
    {
        Get("/x", ("Authorization", $"Basic {Convert.ToBase64String("ada:letmein1"u8)}"));
        Assert.Equal([FindingKind.BasicOverPlainHttp, FindingKind.WeakPassword], Kinds);
        Assert.All(ServiceFindings.Of(_catalogue.Services["shop"]), static one => Assert.DoesNotContain("letmein", one.Detail, StringComparison.Ordinal));
    }

    [Fact]
    public void A_credential_in_the_URL_is_found()
    {
        Get("/x?page=1&access_token=abc");
        Assert.Equal([FindingKind.SecretInUrl], Kinds);
    }

    [Fact]
    public void Ids_that_count_up_are_found_and_random_ones_are_not()
    {
        for (var i = 0; i < 40; i++)
        {
            Get($"/users/{i}");
            Get($"/carts/{i * 7919L * 104729 % 1_000_000_007}");
            Get($"/files/{Guid.NewGuid()}");
        }

        var finding = Assert.Single(ServiceFindings.Of(_catalogue.Services["shop"]), static one => one.Kind == FindingKind.GuessableId);
        Assert.Equal("/users/{user_id}", finding.Template);
    }

    [Fact]
    public void An_endpoint_that_some_call_without_identification_is_found()
    {
        Get("/users", ("Authorization", "Bearer abc"));
        Get("/users");
        Assert.Equal([FindingKind.AuthNotEnforced], Kinds);
    }

    [Fact]
    public void A_write_without_identification_among_identified_endpoints_is_found()
    {
        foreach (var path in new[] { "/users", "/orders", "/carts" }) Get(path, ("Authorization", "Bearer abc"));
        _catalogue.Observe(Calls.Make("DELETE", "/users/1", 204));
        var finding = Assert.Single(ServiceFindings.Of(_catalogue.Services["shop"]));
        Assert.Equal((FindingKind.MissingAuth, "DELETE"), (finding.Kind, finding.Method));
    }

    [Theory]
    [InlineData(200, FindingSeverity.High)]
    [InlineData(403, FindingSeverity.Medium)]
    public void A_workload_that_never_called_a_function_before_is_found(int status, FindingSeverity severity)
    {
        for (var i = 0; i < 200; i++) _catalogue.Observe(Calls.Make("POST", "/payouts", client: "billing", timeNs: Calls.EpochNs + (i * 10_000_000_000L)));
        _catalogue.Observe(Calls.Make("POST", "/payouts", status, client: "web", timeNs: Calls.EpochNs + 3_000_000_000_000));
        var finding = Assert.Single(ServiceFindings.Of(_catalogue.Services["shop"]), static one => one.Kind == FindingKind.UnusualCaller);
        Assert.Equal((severity, "/payouts"), (finding.Severity, finding.Template));
    }

    [Fact]
    public void Who_calls_during_the_learning_time_is_no_finding()
    {
        for (var i = 0; i < 200; i++) _catalogue.Observe(Calls.Make("POST", "/payouts", client: i % 2 == 0 ? "billing" : "web", timeNs: Calls.EpochNs + (i * 1_000_000L)));
        Assert.DoesNotContain(FindingKind.UnusualCaller, Kinds);
    }
}
