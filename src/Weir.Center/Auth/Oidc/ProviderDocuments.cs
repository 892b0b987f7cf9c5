using System.Net;
using System.Text.Json;
using Weir.Records.Json;

namespace Weir.Center.Auth.Oidc;

/// <summary>A provider does not answer, or not as one; the message is for the one who logs in and for the operator.</summary>
internal sealed class OidcException(string message, Exception? inner = null) : Exception(message, inner)
{
    public OidcException()
        : this("")
    {
    }

    public OidcException(string message)
        : this(message, null)
    {
    }
}

/// <summary>Where a provider is spoken to.</summary>
/// <param name="Authorization">Where browsers are sent.</param>
/// <param name="Token">Where a code is exchanged.</param>
/// <param name="Keys">Where its keys are.</param>
/// <param name="SecretInBody">The secret of the client goes into the form, because the header is not taken.</param>
/// <param name="SaysIssuer">Its answers to browsers name it (RFC 9207).</param>
internal sealed record ProviderAddresses(Uri Authorization, Uri Token, Uri Keys, bool SecretInBody, bool SaysIssuer);

/// <summary>
/// The discovery document (OpenID Connect Discovery §4) and the keys of a provider, asked for when they are needed or old, or when a token names a key that
/// is not known. While the provider is away, those of before hold on. Thread-safe.
/// </summary>
internal sealed class ProviderDocuments(OidcOptions options, TimeProvider time) : IDisposable
{
    /// <summary>Levels of nesting of a document.</summary>
    private const int MaxDepth = 32;

    private readonly SemaphoreSlim _one = new(1);
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = options.Limits.Timeout })
    {
        Timeout = options.Limits.Timeout, MaxResponseContentBufferSize = options.Limits.MaxAnswerBytes,
    };

    private (ProviderAddresses Value, DateTimeOffset At)? _addresses;
    private (JsonWebKeys Value, DateTimeOffset At)? _keys;
    private DateTimeOffset _askedForKeys = DateTimeOffset.MinValue;

    /// <exception cref="OidcException">The provider does not answer as one, and did not before.</exception>
    public async Task<ProviderAddresses> AddressesAsync(CancellationToken cancellation)
    {
        if (_addresses is { } known && time.GetUtcNow() - known.At < options.Limits.KeyAge) return known.Value;
        await _one.WaitAsync(cancellation);
        try
        {
            return await AddressesHeldAsync(cancellation);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Keys among which the one that is named is, if the provider has it.</summary>
    /// <exception cref="OidcException">The provider does not answer as one, and did not before.</exception>
    public async Task<JsonWebKeys> KeysAsync(string? id, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (_keys is { } known && now - known.At < options.Limits.KeyAge && (id is null || known.Value.Has(id))) return known.Value;
        await _one.WaitAsync(cancellation);
        try
        {
            // Somebody else may have asked meanwhile; and a stranger's tokens must not make us ask each time.
            if (_keys is { } held && now - _askedForKeys < options.Limits.MinRefresh) return held.Value;
            _askedForKeys = now;
            var keys = JsonWebKeys.Read(await GetAsync((await AddressesHeldAsync(cancellation)).Keys, cancellation));
            if (keys.Count == 0) throw new OidcException($"the provider {options.Issuer} has no key that can be used (RSA of 2048 bits or P-256)");
            _keys = (keys, now);
            return keys;
        }
        catch (OidcException) when (_keys is not null)
        {
            return _keys.Value.Value;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Sends a form to the provider.</summary>
    /// <exception cref="OidcException">It does not answer, or not with JSON.</exception>
    public async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(Uri address, IEnumerable<KeyValuePair<string, string>> form, string? authorization, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Accept.ParseAdd("application/json");
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return await SendAsync(request, cancellation);
    }

    public void Dispose()
    {
        _http.Dispose();
        _one.Dispose();
    }

    private async Task<ProviderAddresses> AddressesHeldAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (_addresses is { } known && now - known.At < options.Limits.KeyAge) return known.Value;
        try
        {
            var document = await GetAsync(new Uri(options.Issuer.AbsoluteUri.TrimEnd('/') + "/.well-known/openid-configuration"), cancellation);
            if (Text(document, "issuer") is not { } issuer || issuer.TrimEnd('/') != options.Issuer.OriginalString.TrimEnd('/'))
                throw new OidcException($"the provider at {options.Issuer} says that it is another one");
            var methods = document.TryGetProperty("token_endpoint_auth_methods_supported", out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Select(static one => one.ToString()).ToList() : ["client_secret_basic"];
            var addresses = new ProviderAddresses(
                Address(document, "authorization_endpoint"), Address(document, "token_endpoint"), Address(document, "jwks_uri"), !methods.Contains("client_secret_basic") && methods.Contains("client_secret_post"),
                document.TryGetProperty("authorization_response_iss_parameter_supported", out var says) && says.ValueKind == JsonValueKind.True);
            _addresses = (addresses, now);
            return addresses;
        }
        catch (OidcException) when (_addresses is not null)
        {
            return _addresses.Value.Value;
        }
    }

    private Uri Address(JsonElement document, string name) =>
        Uri.TryCreate(Text(document, name), UriKind.Absolute, out var address) && OidcOptions.IsSafe(address)
            ? address
            : throw new OidcException($"the provider {options.Issuer} names no {name} that may be used: https, or http on this machine");

    private async Task<JsonElement> GetAsync(Uri address, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        var (status, body) = await SendAsync(request, cancellation);
        return status == HttpStatusCode.OK && body.ValueKind == JsonValueKind.Object ? body : throw new OidcException($"the provider answered {address} with {(int)status} and no document");
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            using var response = await _http.SendAsync(request, cancellation);
            var body = await response.Content.ReadAsByteArrayAsync(cancellation);
            return WholeJson.TryParse(body, out var document, MaxDepth)
                ? (response.StatusCode, document)
                : throw new OidcException($"the provider {options.Issuer.Host} answered with something that is no JSON");
        }
        catch (HttpRequestException e)
        {
            throw new OidcException($"the provider {options.Issuer.Host} cannot be reached: {e.Message}", e);
        }
        catch (TaskCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new OidcException($"the provider {options.Issuer.Host} did not answer within {options.Limits.Timeout.TotalSeconds:0} s", e);
        }
    }

    private static string? Text(JsonElement document, string name) => document.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
