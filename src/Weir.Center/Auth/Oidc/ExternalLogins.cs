using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Weir.Center.Auth.Oidc;

/// <summary>Logins by a provider: the authorization code flow with PKCE for browsers, and tokens of the provider for programs. Thread-safe.</summary>
internal sealed class ExternalLogins : IDisposable
{
    private readonly Users _users;
    private readonly Sessions _sessions;
    private readonly AuditLog _audit;
    private readonly OidcOptions _options;
    private readonly ProviderDocuments _documents;
    private readonly ExternalTokens _tokens;
    private readonly PendingLogins _pending;

    public ExternalLogins(Users users, Sessions sessions, AuditLog audit, OidcOptions options, TimeProvider time)
    {
        (_users, _sessions, _audit, _options) = (users, sessions, audit, options);
        _documents = new ProviderDocuments(options, time);
        _tokens = new ExternalTokens(options, _documents, time);
        _pending = new PendingLogins(options.Limits, time);
    }

    public OidcOptions Options => _options;

    /// <summary>Begins a login.</summary>
    /// <param name="callback">Address where the provider sends the browser.</param>
    /// <param name="returnTo">Path where the page goes on.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Where the browser goes, and the secret for its cookie.</returns>
    /// <exception cref="OidcException">The provider does not answer.</exception>
    public async Task<(Uri Address, string Browser)> BeginAsync(string callback, string returnTo, CancellationToken cancellation)
    {
        var addresses = await _documents.AddressesAsync(cancellation);
        var login = new PendingLogin(Credentials.NewSecret(), Credentials.NewSecret(), callback, returnTo);
        var (state, browser) = _pending.Add(login);
        var query = new Dictionary<string, string>
        {
            ["response_type"] = "code", ["client_id"] = _options.ClientId, ["redirect_uri"] = callback, ["scope"] = string.Join(' ', _options.Scopes), ["state"] = state, ["nonce"] = login.Nonce,
            ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(login.Verifier))), ["code_challenge_method"] = "S256",
        };
        var text = string.Join('&', query.Select(static one => $"{one.Key}={Uri.EscapeDataString(one.Value)}"));
        return (new Uri($"{addresses.Authorization.AbsoluteUri}{(addresses.Authorization.Query.Length > 0 ? '&' : '?')}{text}"), browser);
    }

    /// <summary>Ends a login by what the provider told the browser.</summary>
    /// <param name="answer">Parameters of the callback.</param>
    /// <param name="browser">The cookie.</param>
    /// <param name="from">Of the browser.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The user and where to go on, or why nobody is logged in.</returns>
    /// <exception cref="OidcException">The provider does not answer.</exception>
    public async Task<(User? User, string ReturnTo, string Trouble)> EndAsync(CallbackAnswer answer, string? browser, IPAddress? from, CancellationToken cancellation)
    {
        if (_pending.Take(answer.State, browser) is not { } login) return Refused("", from, "this login was not begun in this browser, was used already, or took too long: begin again");
        var addresses = await _documents.AddressesAsync(cancellation);
        // RFC 9207: an answer of another provider must not be taken to this one.
        if (answer.Issuer is null ? addresses.SaysIssuer : answer.Issuer.TrimEnd('/') != _options.Issuer.OriginalString.TrimEnd('/')) return Refused("", from, "the answer is of another provider");
        if (answer.Error is not null) return Refused("", from, $"the provider refused: {Plain(answer.ErrorText ?? answer.Error)}");
        if (string.IsNullOrEmpty(answer.Code)) return Refused("", from, "the provider sent no code");
        var (token, refusal) = await ExchangeAsync(addresses, login, answer.Code, cancellation);
        if (token is null) return Refused("", from, refusal);
        var (identity, trouble) = await _tokens.ReadAsync(token, login.Nonce, cancellation);
        if (identity is null) return Refused("", from, trouble);
        var (user, reason) = Enter(identity);
        if (user is null) return Refused(identity.Name, from, reason);
        _audit.Write(AuditLog.Login, user.Name, "oidc", from?.ToString() ?? "", "login", "", 200, user.Role.Name());
        return (user, login.ReturnTo, "");
    }

    /// <summary>The one who shows a token of the provider to the API.</summary>
    /// <exception cref="OidcException">The provider cannot be asked for its keys.</exception>
    public async Task<(Caller? Caller, string Trouble)> BearerAsync(string token, CancellationToken cancellation)
    {
        var (identity, trouble) = await _tokens.ReadAsync(token, null, cancellation);
        if (identity is null) return (null, trouble);
        var id = "oidc-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(token)))[..32];
        if (_sessions.HasEnded(id)) return (null, "the access token was ended");
        var (user, reason) = Enter(identity);
        return user is null ? (null, reason) : (new Caller(user.Name, user.Role, CallerKind.AccessToken, id, identity.ExpiresAt + _options.Limits.ClockSkew, user.Stamp), "");
    }

    public void Dispose() => _documents.Dispose();

    private (User? User, string Trouble) Enter(ExternalIdentity identity)
    {
        if (identity.Role is not { } role) return (null, $"{identity.Name} has no role here: none of the values of {_options.RoleClaim} gives one");
        var issuer = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_options.Issuer.AbsoluteUri)))[..16];
        var outcome = _users.Enter(identity.Name, role, $"oidc${issuer}${identity.Subject}", out var user);
        return outcome switch
        {
            UserOutcome.Done => user!.Disabled ? (null, $"{identity.Name} is banned") : (user, ""),
            UserOutcome.Exists => (null, $"there is a user {identity.Name} already, who is somebody else"),
            _ => (null, "there is no room for another user"),
        };
    }

    /// <summary>The ID token for a code (OpenID Connect Core §3.1.3).</summary>
    private async Task<(string? Token, string Trouble)> ExchangeAsync(ProviderAddresses addresses, PendingLogin login, string code, CancellationToken cancellation)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = login.Callback, ["client_id"] = _options.ClientId, ["code_verifier"] = login.Verifier,
        };
        string? authorization = null;
        if (_options.ClientSecret is { } secret)
        {
            // RFC 6749 §2.3.1: both parts are encoded as in a form before they are joined.
            if (addresses.SecretInBody) form["client_secret"] = secret;
            else authorization = "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes($"{WebUtility.UrlEncode(_options.ClientId)}:{WebUtility.UrlEncode(secret)}"));
        }

        var (status, body) = await _documents.PostAsync(addresses.Token, form, authorization, cancellation);
        return ReadToken(status, body);
    }

    /// <summary>The ID token in an answer of the token endpoint, or why there is none.</summary>
    internal static (string? Token, string Trouble) ReadToken(HttpStatusCode status, JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object) return (null, "the provider answered with no token");
        if (status != HttpStatusCode.OK) return (null, $"the provider did not take the code: {(body.TryGetProperty("error", out var error) ? Plain(error.ToString()) : ((int)status).ToString(CultureInfo.InvariantCulture))}");
        return body.TryGetProperty("id_token", out var token) && token.ValueKind == JsonValueKind.String ? (token.GetString(), "") : (null, "the provider answered with no ID token");
    }

    private (User? User, string ReturnTo, string Trouble) Refused(string name, IPAddress? from, string trouble)
    {
        _audit.Write(AuditLog.Login, name, "oidc", from?.ToString() ?? "", "login", "", 401, trouble.Length > 200 ? trouble[..200] : trouble);
        return (null, "/", trouble);
    }

    /// <summary>What somebody else wrote, fit for a line of a log and of a page.</summary>
    private static string Plain(string text) => new([.. text.Where(static c => c is >= ' ' and <= '~').Take(200)]);
}

/// <summary>What the provider tells the browser to tell.</summary>
internal sealed record CallbackAnswer(string? State, string? Code, string? Issuer, string? Error, string? ErrorText);
