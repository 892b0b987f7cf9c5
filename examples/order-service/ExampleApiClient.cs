using System.Text.Json;

namespace OrderService;

/// <summary>An answer of example-api: the JSON, or what to tell our own client instead.</summary>
public readonly record struct ApiAnswer(JsonElement Json, IResult? Failure);

public sealed class ExampleApiClient(HttpClient http)
{
    public async Task<ApiAnswer> Get(string path, CancellationToken cancellation)
    {
        try
        {
            using var response = await http.GetAsync(new Uri(path, UriKind.Relative), cancellation);
            return response.IsSuccessStatusCode
                ? new ApiAnswer(await response.Content.ReadFromJsonAsync<JsonElement>(cancellation), null)
                : Fail($"answered {(int)response.StatusCode} to {path}", StatusCodes.Status424FailedDependency);
        }
        catch (HttpRequestException error)
        {
            return Fail(error.Message, StatusCodes.Status502BadGateway);
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Fail("did not answer in time", StatusCodes.Status504GatewayTimeout);
        }
    }

    private static ApiAnswer Fail(string why, int status) =>
        new(default, Results.Problem($"example-api {why}", statusCode: status));
}
