namespace ExampleApi;

/// <summary>Asks order-service and passes its answer on, status and all.</summary>
public sealed class OrderClient(HttpClient http)
{
    public async Task<IResult> Relay(string pathAndQuery, CancellationToken cancellation)
    {
        try
        {
            using var response = await http.GetAsync(new Uri(pathAndQuery, UriKind.Relative), cancellation);
            var body = await response.Content.ReadAsStringAsync(cancellation);
            return Results.Text(body, "application/json", statusCode: (int)response.StatusCode);
        }
        catch (HttpRequestException error)
        {
            return Results.Problem($"order-service: {error.Message}", statusCode: StatusCodes.Status502BadGateway);
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Results.Problem("order-service did not answer in time", statusCode: StatusCodes.Status504GatewayTimeout);
        }
    }
}

public static class OrderRoutes
{
    public static void MapOrders(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/orders/{id:int}", (int id, OrderClient orders, CancellationToken cancellation) =>
            orders.Relay($"/api/v2/orders/{id}", cancellation));
        routes.MapGet("/api/v1/inventory/summary", (OrderClient orders, CancellationToken cancellation) =>
            orders.Relay("/api/v2/inventory", cancellation));
    }
}
