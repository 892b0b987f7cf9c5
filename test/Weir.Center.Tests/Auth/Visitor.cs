using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Weir.Center.Auth;

namespace Weir.Center.Tests.Auth;

/// <summary>Somebody who talks to a center as nobody, with a token, or as a browser with its cookie.</summary>
internal sealed class Visitor : IDisposable
{
    public const string Password = "correct horse battery";

    private readonly HttpClient _http;

    private Visitor(TestCenter center, string? token)
    {
        _http = new HttpClient(new SocketsHttpHandler { CookieContainer = Cookies, AllowAutoRedirect = false }) { BaseAddress = center.Http.BaseAddress };
        if (token is not null) _http.DefaultRequestHeaders.Authorization = new("Bearer", token);
    }

    public CookieContainer Cookies { get; } = new();

    public static Visitor Nobody(TestCenter center) => new(center, null);

    public static Visitor WithToken(TestCenter center, string token) => new(center, token);

    /// <summary>Somebody of a role, who is made for it; a logger is an API token.</summary>
    public static Visitor Of(TestCenter center, Role role)
    {
        var accounts = center.Host.Accounts;
        if (role == Role.Logger) return new Visitor(center, accounts.Tokens.Create("logger", Accounts.FirstUser, role, null)!.Value.Token);
        var name = $"{role.Name()}-{Credentials.NewId()}";
        Assert.Equal(UserOutcome.Done, accounts.Users.Create(name, role, Password));
        return new Visitor(center, accounts.Issue(accounts.Users.Find(name)!).Token);
    }

    public async Task<HttpResponseMessage> Send(string method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Content = body switch
        {
            null => null,
            HttpContent content => content,
            string text => new StringContent(text, Encoding.UTF8, "application/json"),
            _ => JsonContent.Create(body),
        };
        foreach (var (name, value) in headers) Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public async Task<HttpStatusCode> Status(string method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        using var response = await Send(method, path, body, headers);
        return response.StatusCode;
    }

    /// <summary>The answer, which has to be of the status.</summary>
    public async Task<JsonElement> Json(HttpStatusCode status, string method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        using var response = await Send(method, path, body, headers);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode, $"{(int)response.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement.Clone();
    }

    public void Dispose() => _http.Dispose();
}
