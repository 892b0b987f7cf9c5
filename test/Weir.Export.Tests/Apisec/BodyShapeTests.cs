using System.Text;
using Weir.Export.Apisec;
using Weir.Testing;
using Xunit;

namespace Weir.Export.Tests.Apisec;

public class BodyShapeTests
{
    private readonly BodyShape _shapes = new(64 << 10);

    [Theory]
    [InlineData("""{"a":1,"b":"x"}""", """{"b":"y","a":2.5}""", true)]
    [InlineData("""{"a":[1]}""", """{"a":[1,2,3]}""", true)]
    [InlineData("""{"a":[{"b":1},{"c":2}]}""", """{"a":[{"c":1,"b":2}]}""", true)]
    [InlineData("""{"a":null,"b":1}""", """{"b":1}""", true)]
    [InlineData("""{"a":1}""", """{"a":"1"}""", false)]
    [InlineData("""{"a":{"b":1}}""", """{"a":1,"b":1}""", false)]
    [InlineData("""{"a":1}""", """{"a":1,"b":2}""", false)]
    [InlineData("""[{"a":1}]""", """{"a":1}""", false)]
    [InlineData("""{"a":""", """{"b":""", true)]
    public void Two_bodies_have_one_shape_when_the_same_names_have_values_of_the_same_types(string one, string other, bool same) =>
        Assert.Equal(same, Of(one) == Of(other));

    [Fact]
    public void The_media_type_and_the_names_of_forms_are_part_of_the_shape()
    {
        Assert.NotEqual(Of("{}"), Of("{}", "application/merge-patch+json"));
        Assert.Equal(Of("a=1&b=2", "application/x-www-form-urlencoded"), Of("b=x&a=y", "application/x-www-form-urlencoded"));
        Assert.NotEqual(Of("a=1", "application/x-www-form-urlencoded"), Of("c=1", "application/x-www-form-urlencoded"));
    }

    [Fact]
    public void The_same_shape_has_the_same_number_in_every_process() => Assert.Equal(Of("{\"a\":1}"), new BodyShape(1000).Of(Call("{\"a\":1}", "application/json")));

    [Fact]
    public void An_example_has_no_value_of_the_body()
    {
        var call = Call("""{"name":"Ada","age":36,"tags":["x","y"],"ok":false,"none":null,"in":{"pin":"1234"}}""", "application/json");
        Assert.Equal("""{"name":"string","age":0,"tags":["string"],"ok":true,"none":null,"in":{"pin":"string"}}""", _shapes.Example(call, ApisecExamples.Shape));
        Assert.Contains("Ada", _shapes.Example(call, ApisecExamples.Captured), StringComparison.Ordinal);
        Assert.Equal("user=string&n=1&flag", _shapes.Example(Call("user=ada&n=7&flag", "application/x-www-form-urlencoded"), ApisecExamples.Shape));
        Assert.Equal("", _shapes.Example(Call("free text", "text/plain"), ApisecExamples.Shape));
    }

    [Fact]
    public void The_shape_of_a_body_allocates_nothing_once_warm()
    {
        var call = Call("""{"a":1,"b":[{"c":"x"}],"d":{"e":true}}""", "application/json");
        Assert.Equal(0, SteadyState.AllocatedBytes(() => _shapes.Of(call)));
    }

    [Theory]
    [InlineData("/users/{user_id}", "/users/{id}", true)]
    [InlineData("/users/:id", "/users/{id}", true)]
    [InlineData("/files/{id}.json", "/files/{id}", false)]
    [InlineData("/users/{id}", "/users/me", false)]
    public void Templates_are_the_same_whatever_their_parameters_are_called(string one, string other, bool same) =>
        Assert.Equal(same, PathTemplate.Canonical(one) == PathTemplate.Canonical(other));

    [Theory]
    [InlineData("/users/{id}", "/users/7?x=1", true)]
    [InlineData("/users/{id}", "/users/7/orders", false)]
    [InlineData("/files/{id}.json", "/files/7.json", true)]
    [InlineData("/files/{id}.json", "/files/.json", false)]
    public void A_template_describes_a_path(string template, string path, bool matches) => Assert.Equal(matches, PathTemplate.Matches(template, path));

    [Fact]
    public void An_endpoint_s_id_is_method_and_path_in_base64()
    {
        Assert.Equal("R0VUOi93b3Jrc2hvcC9hcGkvc2hvcC9vcmRlcnMvYWxs", PathTemplate.EndpointId("get", "/workshop/api/shop/orders/all"));
        Assert.Equal("GET", PathTemplate.MethodOf("R0VUOi93b3Jrc2hvcC9hcGkvc2hvcC9vcmRlcnMvYWxs"));
        Assert.Null(PathTemplate.MethodOf("0198f-no-base64"));
    }

    private ulong Of(string body, string type = "application/json") => _shapes.Of(Call(body, type));

    private static Weir.Records.HttpMessage Call(string body, string type)
    {
        var request = TestExchange.Get().Request;
        TestExchange.Header(request, "Content-Type", type);
        TestExchange.Body(request, Encoding.UTF8.GetBytes(body));
        return request;
    }
}
