using System.Text;
using System.Text.Json.Nodes;
using Weir.Inventory.Catalogue;
using Weir.Inventory.Drift;
using Weir.Inventory.OpenApi;
using Weir.Records;
using Weir.Specs;
using Xunit;

namespace Weir.Inventory.Tests.OpenApi;

/// <summary>What Weir generates describes the traffic it came from; what departs from it is found, and nothing else.</summary>
public class RoundTripTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Traffic_that_keeps_to_a_generated_document_shows_no_drift(int seed)
    {
        var (api, generated) = Generate(seed);
        var again = Learn(api.Traffic(generated));
        Assert.Empty(SpecDiff.Compare(generated, again).Items);
        Assert.Empty(SpecDiff.Compare(generated, again).Unused);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Traffic_that_keeps_to_a_document_by_hand_shows_no_drift(int seed)
    {
        var api = new RandomApi(seed);
        var spec = Read(api.Document());
        var service = Learn(api.Traffic(spec));
        Assert.Equal("", string.Join('\n', SpecDiff.Compare(spec, service).Items));
        SpecDiff.Expect(service, spec);
        Assert.Equal("", string.Join('\n', SpecDiff.Compare(spec, service).Items));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_departure_is_found_and_none_is_invented(int seed)
    {
        var (api, spec) = Generate(seed);
        var list = spec.Operations.First(static one => one.Method == "GET" && !one.Path.EndsWith('}'));
        var content = list.Responses["200"];
        var name = ((content.First().Value!["properties"] as JsonObject)!).First().Key;
        var required = (content.First().Value!["required"] as JsonArray)?.FirstOrDefault()?.GetValue<string>();
        var departures = new List<(DriftKind Kind, Exchange Call)>
        {
            (DriftKind.ShadowEndpoint, Calls.Make("GET", "/internal/debug", 200, "{}")),
            (DriftKind.ShadowMethod, Calls.Make("PATCH", list.Path, 200, responseType: "")),
            (DriftKind.UndocumentedStatus, Calls.Make("GET", list.Path, 418)),
            (DriftKind.UndocumentedParameter, Calls.Make("GET", $"{list.Path}?debugLevel=3", 400, null)),
            (DriftKind.UndocumentedContentType, Calls.Make("GET", list.Path, 200, "a,b", responseType: "text/csv")),
            (DriftKind.UndocumentedField, api.Call(spec, list, 200, content, body => With(body, "neverSeenBefore", 1))),
            (DriftKind.TypeDrift, api.Call(spec, list, 200, content, body => With(body, name, new JsonArray(new JsonArray())))),
        };
        if (required is not null)
            departures.Add((DriftKind.MissingField, api.Call(spec, list, 200, content, body => Without(body, required))));
        foreach (var (kind, call) in departures)
        {
            var item = SpecDiff.Compare(spec, Learn(api.Traffic(spec).Append(call))).Items;
            Assert.Equal([kind], item.Select(static one => one.Kind).Distinct());
            Assert.True(item.Count == 1, $"{kind}: {string.Join("; ", item)}");
        }

        var all = SpecDiff.Compare(spec, Learn(api.Traffic(spec).Concat(departures.Select(static one => one.Call))));
        Assert.Equal(departures.Select(static one => one.Kind).Order(), all.Items.Select(static one => one.Kind).Order());
    }

    [Fact]
    public void A_deprecated_operation_that_is_called_is_a_zombie_and_one_that_is_not_called_is_no_drift()
    {
        var spec = Read(JsonNode.Parse("""{"openapi":"3.0.3","info":{"title":"x","version":"1"},"servers":[{"url":"https://{host}/api","variables":{"host":{"default":"h"}}}],"paths":{"/old":{"get":{"deprecated":true,"responses":{"default":{"description":"x"}}}},"/new":{"get":{"responses":{"2XX":{"description":"x"}}}}}}""")!);
        var report = SpecDiff.Compare(spec, Learn([Calls.Make("GET", "/api/old")]));
        Assert.Equal((DriftKind.Zombie, "/api/old"), (Assert.Single(report.Items).Kind, report.Items[0].Path));
        Assert.Equal(["GET /api/new"], report.Unused);
    }

    [Fact]
    public void References_alternatives_and_nullable_of_3_0_are_understood()
    {
        var spec = Read(JsonNode.Parse("""
            {"openapi":"3.0.3","info":{"title":"x","version":"1"},
             "components":{"schemas":{"Pet":{"type":"object","required":["id"],"properties":{"id":{"type":"integer"},"nick":{"type":"string","nullable":true},"parent":{"$ref":"#/components/schemas/Pet"}}},
               "Dog":{"allOf":[{"$ref":"#/components/schemas/Pet"},{"type":"object","properties":{"bark":{"type":"boolean"}}}]}}},
             "paths":{"/pets/{petId}":{"parameters":[{"name":"petId","in":"path","required":true,"schema":{"type":"string"}}],
               "get":{"responses":{"200":{"description":"x","content":{"application/json":{"schema":{"oneOf":[{"$ref":"#/components/schemas/Dog"},{"$ref":"#/components/schemas/Pet"}]}}}}}}}}}
            """)!);
        Assert.Empty(SpecDiff.Compare(spec, Learn([Calls.Make("GET", "/pets/1", 200, """{"id":1,"nick":null,"parent":{"id":2},"bark":true}""")])).Items);
        var item = Assert.Single(SpecDiff.Compare(spec, Learn([Calls.Make("GET", "/pets/1", 200, """{"id":"x","nick":null}""")])).Items);
        Assert.Equal((DriftKind.TypeDrift, "response 200 application/json $.id", "is string, described as integer"), (item.Kind, item.Where, item.Detail));
    }

    [Fact]
    public void Described_routes_that_were_taken_for_values_are_described_all_the_same()
    {
        var paths = new JsonObject();
        var names = new[] { "zzax", "zzbx", "zzcx", "zzdx", "zzex", "zzfx", "zzgx", "zzhx" };
        foreach (var name in names) paths[$"/things/{name}"] = new JsonObject { ["get"] = new JsonObject { ["responses"] = new JsonObject { ["200"] = new JsonObject { ["description"] = "x", ["content"] = new JsonObject { ["application/json"] = new JsonObject() } } } } };
        var spec = Read(new JsonObject { ["openapi"] = "3.1.0", ["paths"] = paths });
        var service = Learn(names.SelectMany(name => Enumerable.Range(0, 3).Select(_ => Calls.Make("GET", $"/things/{name}", 200, """{"a":1,"b":2}"""))));
        Assert.Contains(service.Endpoints, static one => one.Template == "/things/{thing}");
        Assert.Empty(SpecDiff.Compare(spec, service).Items);
    }

    [Fact]
    public void Yaml_and_json_of_a_document_say_the_same()
    {
        var document = OpenApiBuilder.Build(Generate(3).Service);
        Assert.True(SpecReader.TryRead(Encoding.UTF8.GetBytes(YamlWriter.Write(document)), out var yaml, out var error), error);
        Assert.True(SpecReader.TryRead(Encoding.UTF8.GetBytes(document.ToJsonString()), out var json, out _));
        Assert.Equal(json.Operations.Select(static one => (one.Method, one.Path)), yaml.Operations.Select(static one => (one.Method, one.Path)));
        Assert.Equal(json.Operations[0].Responses["200"].First().Value!.ToJsonString(), yaml.Operations[0].Responses["200"].First().Value!.ToJsonString());
    }

    [Fact]
    public void A_document_has_no_values_of_calls_in_it()
    {
        var service = Learn([Calls.Make("GET", "/users/4711?q=needle1", 200, """{"name":"needle2"}""", headers: [("X-Tenant", "needle3"), ("Authorization", "Bearer needle4"), ("Cookie", "sid=needle5")])]);
        Assert.DoesNotContain("needle", OpenApiBuilder.Build(service).ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("4711", OpenApiBuilder.Build(service).ToJsonString(), StringComparison.Ordinal);
    }

    private static Generated Generate(int seed)
    {
        var api = new RandomApi(seed);
        var service = Learn(api.Traffic(Read(api.Document()), rounds: 8));
        return new Generated(api, Read(OpenApiBuilder.Build(service)), service);
    }

    private static SpecModel Read(JsonNode document)
    {
        Assert.True(SpecModel.TryRead(document, out var model, out var error), error);
        return model;
    }

    private static ServiceCatalogue Learn(IEnumerable<Exchange> calls)
    {
        var catalogue = new EndpointCatalogue();
        foreach (var call in calls) catalogue.Observe(call);
        return catalogue.Services["shop"];
    }

    private static JsonNode? With(JsonNode? body, string name, JsonNode value)
    {
        body![name] = value;
        return body;
    }

    private static JsonNode? Without(JsonNode? body, string name)
    {
        body!.AsObject().Remove(name);
        return body;
    }

    private sealed record Generated(RandomApi Api, SpecModel Spec, ServiceCatalogue Service)
    {
        public void Deconstruct(out RandomApi api, out SpecModel spec) => (api, spec) = (Api, Spec);
    }
}
