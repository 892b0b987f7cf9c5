using System.Net.Http.Headers;
using System.Text.Json;

namespace Weir.EndToEnd.Tests.Support;

/// <summary>Logs in to a center that a test started, as its first administrator.</summary>
internal static class Login
{
    public const string Password = "made-up-for-this-test";

    /// <summary>Gives the first start a password that the test knows.</summary>
    public static IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string> { ["WEIR_ADMIN_PASSWORD"] = Password };

    /// <summary>An access token.</summary>
    public static async Task<string> Token(string address)
    {
        using var http = new HttpClient();
        using var answer = await http.PostAsync($"{address}/api/login", new FormUrlEncodedContent([new("username", "admin"), new("password", Password)]));
        answer.EnsureSuccessStatusCode();
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return document.RootElement.GetProperty("access_token").GetString()!;
    }

    /// <summary>A client that shows an access token with every request.</summary>
    public static async Task<HttpClient> Open(string address)
    {
        var http = new HttpClient { BaseAddress = new Uri(address) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await Token(address));
        return http;
    }

    /// <summary>The session of a browser: name and value of its cookie.</summary>
    public static async Task<(string Name, string Value)> Session(string address, string user = "admin", string password = Password)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{address}/api/v1/session");
        request.Headers.Add("X-Weir-Request", "1");
        request.Content = new StringContent(JsonSerializer.Serialize(new { username = user, password }), new MediaTypeHeaderValue("application/json"));
        using var answer = await http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        var parts = answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0].Split('=', 2);
        return (parts[0], parts[1]);
    }
}
