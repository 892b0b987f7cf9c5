using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;

namespace Traffic;

/// <summary>Somebody who guesses a password, again and again, from an address of its own, until it is right.</summary>
public sealed class Guesser(Options options)
{
    /// <summary>Whose password is guessed.</summary>
    private const string Email = "bruno.keller@example.com";

    private static readonly string[] Words = ["summer", "winter", "password", "bergen", "harbour", "welcome", "letmein", "bruno"];
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(6);

    /// <summary>On the loopback device every address of 127.0.0.0/8 is one's own: another than that of the shoppers.</summary>
    private static readonly IPAddress LoopbackAddress = IPAddress.Parse("127.0.0.66");

    public async Task Run(CancellationToken stop)
    {
        if (options.GuessAfter is not { } wait) return;
        try
        {
            await Task.Delay(wait, stop);
            while (true)
            {
                await GuessUntilRight(stop);
                await Task.Delay(Rest, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private async Task GuessUntilRight(CancellationToken stop)
    {
        using var client = new HttpClient(new SocketsHttpHandler { ConnectCallback = Connect }) { Timeout = TimeSpan.FromSeconds(10) };
        client.DefaultRequestHeaders.Host = "example-api";
        client.DefaultRequestHeaders.UserAgent.ParseAdd("python-requests/2.32.3");
        foreach (var password in Guesses())
        {
            try
            {
                using var content = JsonContent.Create(new { email = Email, password });
                using var response = await client.PostAsync(new Uri(options.ExampleApi, "/api/v1/login"), content, stop);
                if (response.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // The service is away; whoever guesses does not mind.
            }

            await Task.Delay(Pace, stop);
        }
    }

    private static IEnumerable<string> Guesses() =>
        [.. Words.SelectMany(static word => Enumerable.Range(2020, 6).Select(year => $"{word}{year}")), "harbour-street"];

    private static async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (IPAddress.TryParse(context.DnsEndPoint.Host, out var address) && address.AddressFamily == AddressFamily.InterNetwork && IPAddress.IsLoopback(address))
                socket.Bind(new IPEndPoint(LoopbackAddress, 0));
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
