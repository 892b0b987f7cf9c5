using System.Text;
using Weir.Inventory.OpenApi;
using Xunit;

namespace Weir.Specs.Tests;

public class SpecReaderTests
{
    private const string Yaml = """
        openapi: 3.0.3
        info: {title: Shop, version: "1"}
        x-shared: &id {type: integer}
        paths:
          /users/{id}:
            parameters:
              - {name: id, in: path, required: true, schema: *id}
            get:
              deprecated: true
              responses:
                200:
                  description: yes
                  content:
                    application/json; charset=utf-8: {schema: {type: object, properties: {on: {type: string}}}}
                default: {description: 'no'}
        """;

    private static string? Error(string text, SpecLimits? limits = null)
    {
        Assert.Equal(SpecReader.TryRead(Encoding.UTF8.GetBytes(text), out var model, out var error, limits), error is null);
        Assert.Equal(model is null, error is not null);
        return error;
    }

    [Theory]
    [InlineData("")]
    [InlineData("\uFEFF")]
    public void Yaml_is_read_with_anchors_and_status_codes_as_names(string mark)
    {
        Assert.True(SpecReader.TryRead(Encoding.UTF8.GetBytes(mark + Yaml), out var model, out var error), error);
        var operation = Assert.Single(model.Operations);
        Assert.Equal(("Shop", "GET", "/users/{id}", true), (model.Title, operation.Method, operation.Path, operation.IsDeprecated));
        Assert.Equal("integer", operation.Parameters.Single().Schema!["type"]!.GetValue<string>());
        Assert.Equal(["200", "default"], operation.Responses.Keys);
        Assert.Equal("application/json", operation.Responses["200"].Keys.Single());
    }

    [Theory]
    [InlineData("swagger: '2.0'", "it is Swagger 2.0; convert it to OpenAPI 3 first")]
    [InlineData("a: 1", "it does not say openapi: 3.0 or 3.1")]
    [InlineData("", "it is no object")]
    [InlineData("[1]", "it is no object")]
    [InlineData("{\"openapi\":", "it is no JSON")]
    [InlineData("a: [1", "it is no YAML")]
    [InlineData("a: *b", "it is no YAML: there is no anchor b")]
    [InlineData("a: 1\na: 2", "it is no YAML: the name a comes twice")]
    [InlineData("{\"openapi\":\"3.1.0\",\"openapi\":\"3.1.0\"}", "a name comes twice")]
    public void What_is_no_specification_is_told_in_words(string text, string error) => Assert.StartsWith(error, Error(text), StringComparison.Ordinal);

    [Fact]
    public void A_document_that_names_itself_again_and_again_is_refused()
    {
        var bomb = new StringBuilder("a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n");
        for (var i = 1; i < 12; i++) bomb.Append(System.Globalization.CultureInfo.InvariantCulture, $"a{i}: &a{i} [*a{i - 1},*a{i - 1},*a{i - 1},*a{i - 1},*a{i - 1},*a{i - 1},*a{i - 1},*a{i - 1},*a{i - 1},*a{i - 1}]\n");
        Assert.Contains("more than 1000000 values", Error(bomb.ToString()), StringComparison.Ordinal);
    }

    [Fact]
    public void Size_and_nesting_of_a_document_have_limits()
    {
        Assert.Contains("more than 1 MiB", Error(new string(' ', (1 << 20) + 1), new SpecLimits { MaxBytes = 1 << 20 }), StringComparison.Ordinal);
        Assert.Contains("more than 8 levels", Error("a: " + new string('[', 20) + new string(']', 20), new SpecLimits { MaxDepth = 8 }), StringComparison.Ordinal);
        Assert.StartsWith("it is no JSON", Error("{\"a\":" + new string('[', 200) + new string(']', 200) + "}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_documents_never_throw()
    {
        var random = new Random(4);
        for (var i = 0; i < 500; i++)
        {
            var bytes = Encoding.UTF8.GetBytes(Yaml);
            for (var n = random.Next(1, 6); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            _ = SpecReader.TryRead(bytes, out _, out _);
        }
    }

    [Fact]
    public void What_Weir_writes_as_YAML_it_reads_as_it_was()
    {
        var odd = new System.Text.Json.Nodes.JsonObject { ["openapi"] = "3.1.0", ["paths"] = new System.Text.Json.Nodes.JsonObject(), ["no"] = "yes", ["1"] = "1e3", ["a: b"] = "# x", ["t"] = " x ", ["n"] = null, ["e"] = new System.Text.Json.Nodes.JsonArray(), ["l"] = "x\ny\u0085\"", ["v"] = 1.5 };
        Assert.Equal(odd.ToJsonString(), YamlJsonReader.Read(YamlWriter.Write(odd), SpecLimits.Default)!.ToJsonString());
    }
}
