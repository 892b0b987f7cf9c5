using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Weir.Privacy.Redaction;
using Weir.Privacy.Tests.Detection;
using Weir.Records;
using Weir.Records.Credentials;
using Xunit;

namespace Weir.Privacy.Tests.Redaction;

/// <summary>Credentials are judged before they are masked; what is left of them is the verdict.</summary>
public class CredentialVerdictTests
{
    [Fact]
    public void A_verdict_goes_on_with_an_exchange_whose_token_is_masked_and_a_second_pass_keeps_it()
    {
        var token = Token("""{"role":"admin"}""", "secret");
        var redactor = new ExchangeRedactor();
        var exchange = redactor.Redact(Authorized($"Bearer {token}"));
        Assert.Equal(new CredentialVerdict(AuthKinds.Bearer | AuthKinds.Jwt, CredentialFlaws.WithoutExpiry | CredentialFlaws.KnownKey, "admin"), exchange.Credentials);
        Assert.DoesNotContain(token, exchange.Request.Text(exchange.Request.Headers[^1].Value), StringComparison.Ordinal);
        Assert.Equal(CredentialFlaws.WithoutExpiry | CredentialFlaws.KnownKey, redactor.Redact(exchange).Credentials!.Value.Flaws);
    }

    [Theory]
    [InlineData("ada:letmein1", CredentialFlaws.KnownPassword)]
    [InlineData("ada:x1", CredentialFlaws.ShortPassword)]
    [InlineData("ada:long-made-up-and-unknown", CredentialFlaws.None)]
    public void Passwords_are_judged(string pair, CredentialFlaws expected) =>
        Assert.Equal(new CredentialVerdict(AuthKinds.Basic, expected), new ExchangeRedactor().Redact(Authorized($"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(pair))}")).Credentials);

    [Fact]
    public void Without_the_field_there_is_no_verdict() => Assert.Null(Scans.Request(static _ => { }).Credentials);

    [Theory]
    [InlineData("\"read:orders write:orders\"", "read:orders")]
    [InlineData("[\"billing-clerk\",\"x\"]", "billing-clerk")]
    [InlineData("\"ada@example.com\"", null)]
    [InlineData("\"user-4471\"", null)]
    [InlineData("\"a-role-that-is-longer-than-any-name-of-one\"", null)]
    public void A_role_is_told_only_where_it_is_a_plain_word(string role, string? expected) =>
        Assert.Equal(expected, new ExchangeRedactor().Redact(Authorized($"Bearer {Token($"{{\"role\":{role},\"exp\":1}}", "made-up-and-on-no-list")}")).Credentials!.Value.Role);

    [Fact]
    public void Of_a_flood_of_new_tokens_only_so_many_are_looked_into_in_a_second()
    {
        var redactor = new ExchangeRedactor();
        var verdicts = Enumerable.Range(0, 300).Select(n => redactor.Redact(Authorized($"Bearer {Token($"{{\"n\":{n}}}", "secret")}")).Credentials!.Value).ToList();
        Assert.Equal(200, verdicts.Count(static one => one.Has(CredentialFlaws.KnownKey)));
        Assert.All(verdicts, static one => Assert.Equal(AuthKinds.Bearer | AuthKinds.Jwt, one.Kinds));
    }

    private static Exchange Authorized(string value)
    {
        var exchange = Testing.Sensitive.SeededPlaces.Clean();
        Scans.Header(exchange.Request, "Authorization", value);
        return exchange;
    }

    private static string Token(string claims, string key)
    {
        var signed = $"{Base64Url.EncodeToString("""{"alg":"HS256"}"""u8)}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.ASCII.GetBytes(signed)))}";
    }
}
