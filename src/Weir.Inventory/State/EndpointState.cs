using System.Globalization;
using System.Text.Json;
using Weir.Inventory.Catalogue;
using Weir.Inventory.Schemas;
using Weir.Inventory.Templating;
using Weir.Records.Credentials;

namespace Weir.Inventory.State;

/// <summary>The part of the state that holds one endpoint.</summary>
internal static class EndpointState
{
    public static void Write(Utf8JsonWriter json, Endpoint endpoint)
    {
        json.WriteStartObject();
        json.WriteString("method", endpoint.Method);
        if (endpoint.Kind != EndpointKind.Http) json.WriteNumber("kind", (int)endpoint.Kind);
        if (endpoint.Operation.Length > 0) json.WriteString("operation", endpoint.Operation);
        json.WriteString("example", endpoint.Example);
        json.WriteNumber("calls", endpoint.Calls);
        json.WriteNumber("unanswered", endpoint.Unanswered);
        json.WriteNumber("first", endpoint.FirstNs);
        json.WriteNumber("last", endpoint.LastNs);
        if (endpoint.Confirmed) json.WriteBoolean("confirmed", true);
        json.WriteNumber("anonymous", endpoint.AnonymousSuccesses);
        json.WriteStartArray("latency");
        for (var i = 0; i < endpoint.Latency.Counts.Count; i++)
        {
            if (endpoint.Latency.Counts[i] == 0) continue;
            json.WriteNumberValue(i);
            json.WriteNumberValue(endpoint.Latency.Counts[i]);
        }

        json.WriteEndArray();
        json.WritePropertyName("request");
        Message(json, endpoint.Request);
        json.WriteStartObject("responses");
        foreach (var (status, response) in endpoint.Responses)
        {
            json.WritePropertyName(status.ToString(CultureInfo.InvariantCulture));
            Message(json, response);
        }

        json.WriteEndObject();
        Parameters(json, "query", endpoint.Query);
        Parameters(json, "headers", endpoint.Headers);
        Parameters(json, "cookies", endpoint.Cookies);
        json.WriteStartArray("auth");
        foreach (var (kinds, count) in endpoint.Auth)
        {
            json.WriteNumberValue((int)kinds);
            json.WriteNumberValue(count);
        }

        json.WriteEndArray();
        json.WriteStartArray("authNames");
        foreach (var name in endpoint.AuthNames) json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteStartArray("sensitive");
        foreach (var (found, count) in endpoint.Sensitive)
        {
            json.WriteStringValue(found.Class);
            json.WriteStringValue(found.Where);
            json.WriteNumberValue(count);
        }

        json.WriteEndArray();
        Top(json, "callers", endpoint.Callers);
        json.WriteEndObject();
    }

    public static Endpoint Read(JsonElement state, PathNode node, CatalogueLimits limits, SchemaBudget budget)
    {
        var endpoint = new Endpoint(
            node, state.GetProperty("method").GetString()!, (EndpointKind)ServiceState.Number(state, "kind"), ServiceState.Text(state, "operation") ?? "", ServiceState.Number(state, "first"), limits, budget)
        {
            Example = ServiceState.Text(state, "example") ?? "",
            Calls = ServiceState.Number(state, "calls"),
            Unanswered = ServiceState.Number(state, "unanswered"),
            LastNs = ServiceState.Number(state, "last"),
            Confirmed = state.TryGetProperty("confirmed", out _),
            AnonymousSuccesses = ServiceState.Number(state, "anonymous"),
        };
        var latency = state.GetProperty("latency");
        for (var i = 0; i + 1 < latency.GetArrayLength(); i += 2) endpoint.Latency.Restore(latency[i].GetInt32(), latency[i + 1].GetInt64());
        Message(state.GetProperty("request"), endpoint.Request, endpoint, limits);
        foreach (var response in state.GetProperty("responses").EnumerateObject())
            if (endpoint.Response(int.Parse(response.Name, CultureInfo.InvariantCulture)) is { } model) Message(response.Value, model, endpoint, limits);
        Parameters(state, "query", endpoint, endpoint.Query, limits);
        Parameters(state, "headers", endpoint, endpoint.Headers, limits);
        Parameters(state, "cookies", endpoint, endpoint.Cookies, limits);
        var auth = state.GetProperty("auth");
        for (var i = 0; i + 1 < auth.GetArrayLength(); i += 2) endpoint.Auth[(AuthKinds)auth[i].GetInt32()] = auth[i + 1].GetInt64();
        foreach (var name in state.GetProperty("authNames").EnumerateArray().Take(limits.MaxContentTypes)) endpoint.AuthNames.Add(name.GetString()!);
        var sensitive = state.GetProperty("sensitive");
        for (var i = 0; i + 2 < sensitive.GetArrayLength(); i += 3) endpoint.AddSensitive(sensitive[i].GetString()!, sensitive[i + 1].GetString()!, sensitive[i + 2].GetInt64());
        ReadTop(state.GetProperty("callers"), endpoint.Callers);
        return endpoint;
    }

    public static void Top(Utf8JsonWriter json, string name, TopCounter top)
    {
        json.WriteStartObject(name);
        json.WriteNumber("displaced", top.Displaced);
        json.WriteStartArray("entries");
        foreach (var (value, counted) in top.Entries)
        {
            json.WriteStringValue(value);
            json.WriteNumberValue(counted.Count);
            json.WriteNumberValue(counted.FirstNs);
            json.WriteNumberValue(counted.LastNs);
            json.WriteNumberValue(counted.Succeeded);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void ReadTop(JsonElement state, TopCounter top)
    {
        top.Displaced = ServiceState.Number(state, "displaced");
        var entries = state.GetProperty("entries");
        for (var i = 0; i + 4 < entries.GetArrayLength(); i += 5)
            top.Restore(entries[i].GetString()!, new Counted { Count = entries[i + 1].GetInt64(), FirstNs = entries[i + 2].GetInt64(), LastNs = entries[i + 3].GetInt64(), Succeeded = entries[i + 4].GetInt64() });
    }

    private static void Message(Utf8JsonWriter json, MessageModel message)
    {
        json.WriteStartObject();
        json.WriteNumber("count", message.Count);
        json.WriteStartObject("bodies");
        foreach (var (type, body) in message.Bodies)
        {
            json.WriteStartObject(type);
            json.WriteNumber("count", body.Count);
            if (body.Malformed > 0) json.WriteNumber("malformed", body.Malformed);
            if (body.Schema is not null)
            {
                json.WritePropertyName("schema");
                Schema(json, body.Schema);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Message(JsonElement state, MessageModel model, Endpoint endpoint, CatalogueLimits limits)
    {
        model.Count = ServiceState.Number(state, "count");
        foreach (var one in state.GetProperty("bodies").EnumerateObject())
        {
            if (model.Body(one.Name, limits) is not { } body) continue;
            (body.Count, body.Malformed) = (ServiceState.Number(one.Value, "count"), ServiceState.Number(one.Value, "malformed"));
            if (!one.Value.TryGetProperty("schema", out var schema) || !endpoint.Budget.Take()) continue;
            body.Schema = new SchemaNode();
            Schema(schema, body.Schema, endpoint.Budget, limits, 0);
        }
    }

    private static void Parameters(Utf8JsonWriter json, string place, Dictionary<string, ParameterModel> parameters)
    {
        if (parameters.Count == 0) return;
        json.WriteStartObject(place);
        foreach (var (name, parameter) in parameters)
        {
            json.WriteStartObject(name);
            json.WriteNumber("count", parameter.Count);
            if (parameter.Repeated) json.WriteBoolean("repeated", true);
            json.WritePropertyName("schema");
            Schema(json, parameter.Schema);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Parameters(JsonElement state, string place, Endpoint endpoint, Dictionary<string, ParameterModel> parameters, CatalogueLimits limits)
    {
        if (!state.TryGetProperty(place, out var all)) return;
        foreach (var one in all.EnumerateObject())
        {
            if (endpoint.Parameter(parameters, one.Name) is not { } parameter) continue;
            (parameter.Count, parameter.Repeated) = (ServiceState.Number(one.Value, "count"), one.Value.TryGetProperty("repeated", out _));
            Schema(one.Value.GetProperty("schema"), parameter.Schema, endpoint.Budget, limits, 0);
        }
    }

    private static void Schema(Utf8JsonWriter json, SchemaNode node)
    {
        json.WriteStartObject();
        json.WriteNumber("t", (int)node.Types);
        json.WriteNumber("n", node.Samples);
        if (node.Objects > 0) json.WriteNumber("o", node.Objects);
        if (node.Format != StringFormat.None) json.WriteString("f", StringFormats.NameOf(node.Format));
        if (node.FormatMixed) json.WriteBoolean("mixed", true);
        if (node.Wide) json.WriteBoolean("wide", true);
        if (node.IsMap) json.WriteBoolean("map", true);
        if (node.Sensitive is not null) json.WriteString("sensitive", node.Sensitive);
        if (node.Properties is { Count: > 0 } properties)
        {
            json.WriteStartObject("p");
            foreach (var (name, property) in properties)
            {
                json.WritePropertyName(name);
                Schema(json, property);
            }

            json.WriteEndObject();
        }

        if (node.Items is not null)
        {
            json.WritePropertyName("i");
            Schema(json, node.Items);
        }

        if (node.Values is not null)
        {
            json.WritePropertyName("v");
            Schema(json, node.Values);
        }

        json.WriteEndObject();
    }

    private static void Schema(JsonElement state, SchemaNode node, SchemaBudget budget, CatalogueLimits limits, int depth)
    {
        node.Types = (SchemaTypes)ServiceState.Number(state, "t") & (SchemaTypes)127;
        (node.Samples, node.Objects) = (ServiceState.Number(state, "n"), ServiceState.Number(state, "o"));
        node.Format = StringFormats.Parse(ServiceState.Text(state, "f"));
        (node.FormatMixed, node.Wide, node.IsMap) = (state.TryGetProperty("mixed", out _), state.TryGetProperty("wide", out _), state.TryGetProperty("map", out _));
        node.Sensitive = ServiceState.Text(state, "sensitive");
        if (depth > limits.MaxDepth) return;
        if (state.TryGetProperty("p", out var properties))
            foreach (var property in properties.EnumerateObject())
                if (node.Property(property.Name, budget, limits) is { } made) Schema(property.Value, made, budget, limits, depth + 1);
        if (state.TryGetProperty("i", out var items) && node.Element(budget) is { } element) Schema(items, element, budget, limits, depth + 1);
        if (!state.TryGetProperty("v", out var values) || !budget.Take()) return;
        node.Values = new SchemaNode();
        Schema(values, node.Values, budget, limits, depth + 1);
    }
}
