namespace Weir.Center.Tests;

internal sealed record ServerSentEvent(string? Name, string? Id, string? Data, string? Comment);

/// <summary>Reads an event stream (WHATWG HTML §9.2), as far as Weir writes it.</summary>
internal sealed class ServerSentEvents(Stream stream) : IDisposable
{
    private readonly StreamReader _lines = new(stream);

    /// <summary>Null at the end of the stream.</summary>
    public async Task<ServerSentEvent?> Next()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        string? name = null, id = null, data = null, comment = null;
        while (await _lines.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.Length == 0) return new ServerSentEvent(name, id, data, comment);
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            Assert.True(colon >= 0, line);
            var value = line[(colon + 1)..].TrimStart(' ');
            switch (line[..colon])
            {
                case "": comment = value; break;
                case "event": name = value; break;
                case "id": id = value; break;
                case "data": data = value; break;
                default: Assert.Fail(line); break;
            }
        }

        return null;
    }

    public void Dispose() => _lines.Dispose();
}
