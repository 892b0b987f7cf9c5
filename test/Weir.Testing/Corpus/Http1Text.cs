using System.Globalization;
using System.Text;

namespace Weir.Testing.Corpus;

/// <summary>HTTP/1.1 messages as text; what a server answers names the path that was asked for.</summary>
public static class Http1Text
{
    public static string Get(string path, string host = "orders:8080") => $"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n";

    public static string Post(string path, string body) =>
        $"POST {path} HTTP/1.1\r\nHost: orders:8080\r\nContent-Type: application/json\r\n{Length(body)}\r\n{body}";

    /// <summary>200 with a JSON body that begins with the path, followed by <paramref name="more"/> bytes of padding.</summary>
    public static string Ok(string path, int more = 0)
    {
        var body = Body(path, more);
        return $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{Length(body)}\r\n{body}";
    }

    public static string Body(string path, int more = 0) =>
        $"{{\"path\":\"{path}\",\"ok\":true{(more > 0 ? $",\"padding\":\"{new string('.', more)}\"" : "")}}}";

    public static string Chunk(string text, string extension = "") =>
        string.Create(CultureInfo.InvariantCulture, $"{Encoding.Latin1.GetByteCount(text):x}{extension}\r\n{text}\r\n");

    private static string Length(string body) =>
        string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
}
