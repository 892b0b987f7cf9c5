using System.Text;
using Weir.Records.Json;
using Xunit;

namespace Weir.Records.Tests.Json;

public class WholeJsonTests
{
    [Theory]
    [InlineData("{\"a\":[1,\"\\ud83d\\ude00\",null]}", true)]
    [InlineData("\"\\ud800\"", false)]
    [InlineData("{\"k\\ud800\":1}", false)]
    [InlineData("[\"\\udc00\\ud800\"]", false)]
    [InlineData("{\"a\":1", false)]
    [InlineData("", false)]
    [InlineData("1 2", false)]
    public void Json_is_whole_when_all_its_texts_are(string text, bool expected)
    {
        Assert.Equal(expected, WholeJson.Is(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(expected, WholeJson.TryParse(Encoding.UTF8.GetBytes(text), out _));
    }

    [Fact]
    public void What_is_whole_is_read()
    {
        Assert.True(WholeJson.TryParse("{\"a\":[\"\\u00e9\"]}"u8, out var value));
        Assert.Equal("é", value.GetProperty("a")[0].GetString());
        Assert.True(WholeJson.TryParse("null"u8, out value));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, value.ValueKind);
    }

    [Fact]
    public void Bytes_that_are_no_utf8_are_no_text() => Assert.False(WholeJson.Is([(byte)'"', 0xFF, (byte)'"']));

    [Fact]
    public void Depth_is_bounded()
    {
        Assert.True(WholeJson.Is("[[1]]"u8, maxDepth: 2));
        Assert.False(WholeJson.Is("[[[1]]]"u8, maxDepth: 2));
    }
}
