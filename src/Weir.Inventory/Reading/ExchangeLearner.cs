using System.Buffers;
using System.Text;
using Weir.Inventory.Catalogue;
using Weir.Inventory.Schemas;
using Weir.Inventory.Security;
using Weir.Inventory.Templating;
using Weir.Records;
using Weir.Records.Credentials;
using Weir.Records.Json;

namespace Weir.Inventory.Reading;

/// <summary>Adds what one exchange shows to its endpoint. One per catalogue: it owns the buffers. Allocates only for what is new.</summary>
internal sealed class ExchangeLearner(CatalogueLimits limits)
{
    private static readonly string[] s_methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "QUERY"];

    private readonly BodyDecoder _bodies = new();
    private readonly JsonSchemaReader _json = new(limits);
    private readonly PairBuffers _pairs = new(limits);
    private readonly char[] _key = new char[160];
    private readonly char[] _name = new char[Math.Max(160, limits.MaxNameBytes)];
    private readonly char[] _value = new char[8 * 1024];

    /// <summary>Method, and operation where there is one: what tells endpoints of one path apart.</summary>
    public ReadOnlySpan<char> Key(Exchange exchange, EndpointKind kind, out string method, out string operation)
    {
        operation = "";
        method = Method(exchange.Request[exchange.Request.Method]);
        if (kind != EndpointKind.GraphQl) return method;
        var first = exchange.GraphQl.Operations[0];
        var name = exchange.GraphQl[first.Name.IsEmpty ? first.Field : first.Name];
        var type = WireNames.Of(first.Type);
        operation = $"{type} {Encoding.UTF8.GetString(name[..Math.Min(name.Length, limits.MaxNameBytes)])}".TrimEnd();
        var text = $"{method} {operation}";
        text = text.Length <= _key.Length ? text : text[.._key.Length];
        text.CopyTo(_key);
        return _key.AsSpan(0, text.Length);
    }

    public void Learn(Exchange exchange, ServiceCatalogue service, Endpoint endpoint, int status, in Passage passage, in CredentialVerdict verdict, EchoProbe? probe)
    {
        var request = exchange.Request;
        Callers(exchange, service, endpoint, status, passage);
        endpoint.Calls++;
        endpoint.LastNs = Math.Max(endpoint.LastNs, passage.TimeNs);
        endpoint.FirstNs = Math.Min(endpoint.FirstNs, passage.TimeNs);
        endpoint.Latency.Add(exchange.DurationNs);
        foreach (var found in exchange.Sensitive) endpoint.AddSensitive(found.Class, found.Where, found.Count);
        TrafficInspector.Credentials(service, endpoint, verdict, exchange.Scheme, passage.TimeNs);
        if (verdict.Role is { } role) Role(service, endpoint, role, status, passage);
        var auth = verdict.Kinds | Headers(request, endpoint) | Query(request, service, endpoint, passage);
        endpoint.Auth[auth] = endpoint.Auth.GetValueOrDefault(auth) + 1;
        if (auth == AuthKinds.None && passage.Succeeded) endpoint.AnonymousSuccesses++;
        if (status == 0) endpoint.Unanswered++;
        endpoint.Request.Count++;
        // A refused body says nothing about what the service takes.
        if (request.Body.Length > 0 && status is 0 or < 400) Body(request, endpoint.Request, endpoint, null);
        if (status == 0 || endpoint.Response(status) is not { } response) return;
        response.Count++;
        if (exchange.Response.Body.Length == 0 && exchange.Response.BodyBytes == 0) return;
        var misfit = Misfit.Before(endpoint, passage.Succeeded);
        if (Body(exchange.Response, response, endpoint, passage.Succeeded ? probe : null) && misfit.IsMisfit(endpoint) && endpoint.Node.Values is not null) Tell(service, endpoint, exchange);
    }

    /// <summary>Known methods without a new string; of others only tokens (RFC 9110 §5.6.2), cut.</summary>
    private static string Method(ReadOnlySpan<byte> method)
    {
        foreach (var known in s_methods)
            if (Ascii.Equals(method, known)) return known;
        var text = new StringBuilder();
        foreach (var c in method[..Math.Min(method.Length, 16)])
            text.Append(char.IsAsciiLetterOrDigit((char)c) ? char.ToUpperInvariant((char)c) : '_');
        return text.Length == 0 ? "_" : text.ToString();
    }

    private void Callers(Exchange exchange, ServiceCatalogue service, Endpoint endpoint, int status, in Passage passage)
    {
        var client = exchange.Client;
        var length = 0;
        if ((client.Workload ?? client.Service ?? client.Pod ?? client.ProcessName) is { } name)
        {
            if (client.Namespace is { Length: < 64 } space)
            {
                space.CopyTo(_name);
                length = space.Length;
                _name[length++] = '/';
            }

            var kept = name.AsSpan(0, Math.Min(name.Length, 80));
            kept.CopyTo(_name.AsSpan(length));
            length += kept.Length;
            TrafficInspector.Caller(service, endpoint, _name.AsSpan(0, length), status, passage.TimeNs);
        }
        else
        {
            Span<byte> address = stackalloc byte[64];
            var size = client.Ip.Format(address);
            for (; length < size; length++) _name[length] = (char)address[length];
        }

        endpoint.Callers.Add(_name.AsSpan(0, length), passage.TimeNs, passage.Succeeded);
    }

    private AuthKinds Headers(HttpMessage request, Endpoint endpoint)
    {
        var auth = AuthKinds.None;
        foreach (var field in request.Headers)
        {
            var bytes = request[field.Name];
            if (bytes.Length == 0 || bytes.Length > limits.MaxNameBytes) continue;
            for (var i = 0; i < bytes.Length; i++) _name[i] = char.ToLowerInvariant((char)bytes[i]);
            var name = _name.AsSpan(0, bytes.Length);
            if (name is "authorization")
            {
                auth |= AuthScheme.Of(Text(request[field.Value]), out _);
                continue;
            }

            if (name is "cookie")
            {
                auth |= Cookies(request[field.Value], endpoint);
                continue;
            }

            if (HeaderNames.IsKey(name))
            {
                auth |= AuthKinds.ApiKeyHeader;
                if (endpoint.AuthNames.Count < limits.MaxContentTypes) endpoint.AuthNames.GetAlternateLookup<ReadOnlySpan<char>>().Add(name);
                continue;
            }

            if (HeaderNames.IsCommon(name) || endpoint.Parameter(endpoint.Headers, name) is not { } parameter) continue;
            parameter.Count++;
            JsonSchemaReader.AddText(Text(request[field.Value]), parameter.Schema);
        }

        return auth;
    }

    /// <summary>A role that a token names calls as well as a workload does.</summary>
    private static void Role(ServiceCatalogue service, Endpoint endpoint, string role, int status, in Passage passage)
    {
        var caller = $"role {role}";
        TrafficInspector.Caller(service, endpoint, caller, status, passage.TimeNs);
        endpoint.Callers.Add(caller, passage.TimeNs, passage.Succeeded);
    }

    private AuthKinds Cookies(ReadOnlySpan<byte> field, Endpoint endpoint)
    {
        var auth = AuthKinds.None;
        var pairs = new PairReader(field, (byte)';', plusIsSpace: false, _pairs);
        while (pairs.TryRead(out var name, out _))
        {
            if (HeaderNames.IsSession(name)) auth |= AuthKinds.Session;
            // Values of cookies are nobody's contract; that they come is.
            if (endpoint.Parameter(endpoint.Cookies, name) is not { } parameter) continue;
            parameter.Count++;
            parameter.Schema.Samples++;
            parameter.Schema.AddFormat(StringFormat.None);
        }

        return auth;
    }

    private AuthKinds Query(HttpMessage request, ServiceCatalogue service, Endpoint endpoint, in Passage passage)
    {
        var auth = AuthKinds.None;
        var pairs = new PairReader(request[request.Query], (byte)'&', plusIsSpace: true, _pairs);
        while (pairs.TryRead(out var name, out var value))
        {
            if (HeaderNames.IsSecretParameter(name) && value.Length > 0)
            {
                if (HeaderNames.IsKey(name) || name is "access_token" or "token" or "jwt") auth |= AuthKinds.ApiKeyQuery;
                TrafficInspector.SecretInUrl(service, endpoint, name, passage.TimeNs);
                if (endpoint.AuthNames.Count < limits.MaxContentTypes) endpoint.AuthNames.GetAlternateLookup<ReadOnlySpan<char>>().Add(name);
            }

            if (endpoint.Parameter(endpoint.Query, name) is not { } parameter) continue;
            parameter.Count++;
            JsonSchemaReader.AddText(value, parameter.Schema);
        }

        return auth;
    }

    /// <summary>False when its body was passed over because nothing new is to be expected of it.</summary>
    private bool Body(HttpMessage message, MessageModel model, Endpoint endpoint, EchoProbe? probe)
    {
        var type = MediaType(message[message.ContentType]);
        if (model.Body(type, limits) is not { } body)
        {
            endpoint.Overflow++;
            return true;
        }

        body.Count++;
        if (!body.IsWorthReading(limits)) return false;
        var decoded = _bodies.Decode(message, keep: true);
        if (decoded.EncodingInvalid || decoded.Bytes.IsEmpty) return true;
        var json = type is "application/json" or "text/json" || type.EndsWith("+json");
        var form = type is "application/x-www-form-urlencoded";
        var multipart = type is "multipart/form-data";
        if (!json && !form && !multipart && !(type.IsEmpty && decoded.Bytes.TrimStart(" \r\n\t"u8) is [(byte)'{' or (byte)'[', ..])) return true;
        var room = endpoint.Budget.Left;
        if (body.Schema is null)
        {
            if (!endpoint.Budget.Take()) return true;
            body.Schema = new SchemaNode();
        }

        var whole = form ? Form(decoded.Bytes, body.Schema, endpoint)
            : multipart ? Multipart(decoded.Bytes, message[message.ContentType], body.Schema, endpoint)
            : _json.Read(decoded.Bytes, decoded.Truncated, body.Schema, endpoint.Budget, probe);
        if (!whole) body.Malformed++;
        body.Quiet = endpoint.Budget.Left == room ? body.Quiet + 1 : 0;
        return true;
    }

    private bool Form(ReadOnlySpan<byte> text, SchemaNode schema, Endpoint endpoint)
    {
        Begin(schema);
        var pairs = new PairReader(text, (byte)'&', plusIsSpace: true, _pairs);
        while (pairs.TryRead(out var name, out var value))
            if (schema.Property(name, endpoint.Budget, limits) is { } property) JsonSchemaReader.AddText(value, property);
        return true;
    }

    private bool Multipart(ReadOnlySpan<byte> text, ReadOnlySpan<byte> contentType, SchemaNode schema, Endpoint endpoint)
    {
        Begin(schema);
        Span<byte> scratch = stackalloc byte[80];
        var parts = new MultipartReader(text, contentType, scratch);
        while (parts.TryRead(out var part))
        {
            if (part.Name.Length > limits.MaxNameBytes || schema.Property(_name.AsSpan(0, Encoding.UTF8.GetChars(part.Name, _name)), endpoint.Budget, limits) is not { } property) continue;
            if (!part.IsFile && part.Content.Length <= 1024)
            {
                JsonSchemaReader.AddText(Text(part.Content), property);
                continue;
            }

            property.Samples++;
            property.AddFormat(part.IsFile ? StringFormat.Binary : StringFormat.None);
        }

        return parts.HasBoundary;
    }

    private static void Begin(SchemaNode schema)
    {
        schema.Samples++;
        schema.Objects++;
        schema.Types |= SchemaTypes.Object;
    }

    /// <summary>Lower case, without parameters, cut.</summary>
    private ReadOnlySpan<char> MediaType(ReadOnlySpan<byte> contentType)
    {
        var end = contentType.IndexOf((byte)';');
        var type = (end < 0 ? contentType : contentType[..end]).Trim(" \t"u8);
        if (type.Length > limits.MaxNameBytes) type = type[..limits.MaxNameBytes];
        for (var i = 0; i < type.Length; i++) _key[i] = type[i] is > 0x20 and < 0x7F ? char.ToLowerInvariant((char)type[i]) : '_';
        return _key.AsSpan(0, type.Length);
    }

    private ReadOnlySpan<char> Text(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _value.Length) bytes = bytes[.._value.Length];
        return Ascii.ToUtf16(bytes, _value, out var written) == OperationStatus.Done
            ? _value.AsSpan(0, written)
            : _value.AsSpan(0, Encoding.UTF8.GetChars(bytes, _value));
    }

    private void Tell(ServiceCatalogue service, Endpoint endpoint, Exchange exchange)
    {
        var path = Text(exchange.Request[exchange.Request.Path]).TrimEnd('/');
        service.Tree.Rules.Misfit(endpoint.Node, path[(path.LastIndexOf('/') + 1)..]);
    }

    /// <summary>
    /// Tells whether an answer had hardly any of the properties that the answers before it had: it came from something else that a
    /// parameter swallowed.
    /// </summary>
    private readonly ref struct Misfit
    {
        private const int MinSamples = 8;

        private readonly SchemaNode? _schema;
        private readonly long _present;
        private readonly int _expected;

        private Misfit(SchemaNode schema)
        {
            _schema = schema;
            foreach (var property in schema.Properties!.Values)
            {
                if (property.Samples * 3 < schema.Objects * 2) continue;
                _expected++;
                _present += property.Samples;
            }
        }

        public static Misfit Before(Endpoint endpoint, bool succeeded)
        {
            if (!succeeded || endpoint.Node is not { IsParameter: true, TakesText: true }) return default;
            foreach (var (status, response) in endpoint.Responses)
            {
                if (status is < 200 or > 299) continue;
                foreach (var body in response.Bodies.Values)
                    if (body.Schema is { Properties.Count: >= 2, Objects: >= MinSamples } schema) return new Misfit(schema);
            }

            return default;
        }

        public bool IsMisfit(Endpoint endpoint)
        {
            if (_schema?.Properties is null || _expected < 2 || !endpoint.Confirmed) return false;
            var now = 0L;
            var seen = 0;
            foreach (var property in _schema.Properties.Values)
            {
                // The share only falls slowly, so what was expected before still is.
                if ((property.Samples + 1) * 3 < _schema.Objects * 2) continue;
                now += property.Samples;
                seen++;
            }

            return seen == _expected && (now - _present) * 3 < _expected;
        }
    }
}
