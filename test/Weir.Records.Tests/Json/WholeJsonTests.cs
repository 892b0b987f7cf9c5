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
    public void Json_is_whole_when_all_its_texts_are(string text, bool expected) => Assert.Equal(expected, WholeJson.Is(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Bytes_that_are_no_utf8_are_no_text() => Assert.False(WholeJson.Is([(byte)'"', 0xFF, (byte)'"']));

    [Fact]
    public void Depth_is_bounded()
    {
        Assert.True(WholeJson.Is("[[1]]"u8, maxDepth: 2));
        Assert.False(WholeJson.Is("[[[1]]]"u8, maxDepth: 2));
    }
}
