using System.Text;
using Weir.Records;

namespace Weir.Protocols.GraphQl;

/// <summary>
/// Names the GraphQL operations of a request (GraphQL over HTTP): JSON bodies and batches of them, <c>application/graphql</c>,
/// the query parameter, persisted queries. Looks closer only where path, content type or first key suggest it. One per worker.
/// </summary>
internal sealed class GraphQlReader(GraphQlLimits limits)
{
    private readonly ByteBuffer _document = new();
    private readonly ByteBuffer _name = new();

    /// <summary>Fills the exchange's <see cref="Exchange.GraphQl"/> once its request is there.</summary>
    public void Inspect(Exchange exchange)
    {
        if (!exchange.HasRequest || exchange.GraphQl.Present) return;
        var request = exchange.Request;
        var method = request[request.Method];
        if (method.SequenceEqual("POST"u8)) InspectBody(request, exchange.GraphQl);
        else if (method.SequenceEqual("GET"u8) && !request.Query.IsEmpty) InspectQuery(request, exchange.GraphQl);
    }

    /// <summary>A JSON request object, or an array of them.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="cut">Only the beginning of it is here.</param>
    /// <param name="certain">It is known to be GraphQL: a persisted query without a document counts too.</param>
    /// <param name="call">Receives the operations.</param>
    public void ReadJson(ReadOnlySpan<byte> json, bool cut, bool certain, GraphQlCall call)
    {
        var scanner = new JsonScanner(json);
        if (!scanner.Take((byte)'['))
        {
            ReadRequest(ref scanner, cut, certain, call);
            return;
        }

        while (call.Operations.Count < limits.MaxOperations && scanner.Peek() == '{')
        {
            ReadRequest(ref scanner, cut, certain, call);
            if (!scanner.Take((byte)',')) return;
        }
    }

    private void InspectBody(HttpMessage request, GraphQlCall call)
    {
        var body = request.Body.Span;
        if (body.IsEmpty || !request.ContentEncoding.IsEmpty) return;
        var type = request[request.ContentType];
        if (StartsWith(type, "application/graphql"u8) && !StartsWith(type, "application/graphql+json"u8))
        {
            GraphQlDocument.TryRead(body, default, request.BodyTruncated, call);
            Trim(call);
            return;
        }

        var certain = IsGraphQlPath(request[request.Path]);
        if (!certain && !BeginsLikeRequest(body)) return;
        if (!type.IsEmpty && !Contains(type, "json"u8)) return;
        ReadJson(body, request.BodyTruncated, certain, call);
    }

    private void InspectQuery(HttpMessage request, GraphQlCall call)
    {
        var query = request[request.Query];
        if (query.IndexOf("query="u8) < 0 && query.IndexOf("extensions="u8) < 0) return;
        if (!IsGraphQlPath(request[request.Path])) return;
        _document.Clear();
        _name.Clear();
        var persisted = false;
        foreach (var range in query.Split((byte)'&'))
        {
            var parameter = query[range];
            if (parameter.StartsWith("query="u8)) DecodeForm(parameter["query="u8.Length..], _document);
            else if (parameter.StartsWith("operationName="u8)) DecodeForm(parameter["operationName="u8.Length..], _name);
            else if (parameter.StartsWith("extensions="u8)) persisted |= Contains(parameter, "persistedQuery"u8);
        }

        Add(cut: false, persisted, call);
    }

    private void ReadRequest(ref JsonScanner scanner, bool cut, bool certain, GraphQlCall call)
    {
        if (!scanner.Take((byte)'{')) return;
        _document.Clear();
        _name.Clear();
        var persisted = false;
        while (scanner.NextKey(out var key))
        {
            if (key.SequenceEqual("query"u8) && scanner.TakeString(out var text, out _))
            {
                JsonScanner.Unescape(text, _document);
            }
            else if (key.SequenceEqual("operationName"u8) && scanner.TakeString(out text, out _))
            {
                JsonScanner.Unescape(text, _name);
            }
            else
            {
                persisted |= certain && (key.SequenceEqual("documentId"u8) || key.SequenceEqual("doc_id"u8));
                if (key.SequenceEqual("extensions"u8)) persisted |= HasPersistedQuery(scanner);
                scanner.Skip();
            }
        }

        scanner.Take((byte)'}');
        Add(cut, persisted, call);
    }

    /// <summary><c>extensions.persistedQuery.sha256Hash</c> stands for a document that the server knows.</summary>
    private static bool HasPersistedQuery(JsonScanner scanner)
    {
        if (!scanner.Take((byte)'{')) return false;
        while (scanner.NextKey(out var key))
        {
            if (key.SequenceEqual("persistedQuery"u8)) return true;
            scanner.Skip();
        }

        return false;
    }

    private void Add(bool cut, bool persisted, GraphQlCall call)
    {
        // Whether a persisted query reads or writes its name does not tell; reading is what they are for.
        if (_document.Length == 0 && persisted)
            call.Operations.Add(new GraphQlOperation(GraphQlType.Query, call.Text.Append(_name.Span), default));
        else if (_document.Length > 0) GraphQlDocument.TryRead(_document.Span, _name.Span, cut, call);
        Trim(call);
    }

    private void Trim(GraphQlCall call)
    {
        if (call.Operations.Count == 0) return;
        var (type, name, field) = call.Operations[^1];
        call.Operations[^1] = new GraphQlOperation(type, Shorter(name), Shorter(field));
    }

    private Slice Shorter(Slice name) => name with { Length = Math.Min(name.Length, limits.MaxNameBytes) };

    private static bool IsGraphQlPath(ReadOnlySpan<byte> path) =>
        Contains(path, "graphql"u8) || Contains(path, "gql"u8) || Contains(path, "GraphQL"u8);

    private static bool BeginsLikeRequest(ReadOnlySpan<byte> body)
    {
        var scanner = new JsonScanner(body);
        scanner.Take((byte)'[');
        if (!scanner.Take((byte)'{') || !scanner.TakeString(out var key, out _)) return false;
        return key.SequenceEqual("query"u8) || key.SequenceEqual("operationName"u8) || key.SequenceEqual("variables"u8)
            || key.SequenceEqual("extensions"u8);
    }

    /// <summary>application/x-www-form-urlencoded (WHATWG URL §5.1).</summary>
    private static void DecodeForm(ReadOnlySpan<byte> text, ByteBuffer output)
    {
        while (!text.IsEmpty)
        {
            var next = text.IndexOfAny((byte)'%', (byte)'+');
            output.Append(next < 0 ? text : text[..next]);
            if (next < 0) return;
            text = text[next..];
            if (text[0] == '+') output.Append(" "u8);
            else if (text.Length >= 3 && System.Buffers.Text.Utf8Parser.TryParse(text[1..3], out byte value, out var digits, 'x') && digits == 2)
            {
                output.Append([value]);
                text = text[2..];
            }
            else
            {
                output.Append("%"u8);
            }

            text = text[1..];
        }
    }

    private static bool Contains(ReadOnlySpan<byte> text, ReadOnlySpan<byte> part) => text.IndexOf(part) >= 0;

    private static bool StartsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> start) =>
        text.Length >= start.Length && Ascii.EqualsIgnoreCase(text[..start.Length], start);
}
