using System.Buffers;
using System.Text;
using Weir.Privacy.Rules;
using Xunit;

namespace Weir.Privacy.Tests.Rules;

public class LogMessageJsonTests
{
    [Fact]
    public void Pairs_are_details_numbers_are_text_and_the_rest_is_ignored() => Assert.Equal(
        [new LogDetail("request_method", "GET"), new LogDetail("now", "1700000000123"), new LogDetail("interval", "292.836995")],
        Read("""[["request_method","GET"],["x"],[],["a","b","c"],["n",null],["o",{"p":[1]}],["now",1700000000123],["interval",292.836995]]"""));

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""[["a","b"]""")]
    [InlineData("""[["a","b"],]""")]
    [InlineData("""[["a","b"]][["a","b"]]""")]
    [InlineData("""["a","b"]""")]
    [InlineData("""[["a","\ud800"]]""")]
    [InlineData("""[[[[[[[[[[1]]]]]]]]]]""")]
    public void What_is_no_message_is_refused(string line) => Assert.Null(Read(line));

    [Fact]
    public void What_is_written_reads_the_same()
    {
        LogDetail[] details = [new("a", "\"\\\n\u2028<é\ud83d\ude00"), new("b", "")];
        var output = new ArrayBufferWriter<byte>();
        LogMessageJson.Write(details, output);
        Assert.Equal(details, Read(Encoding.UTF8.GetString(output.WrittenSpan)));
    }

    private static List<LogDetail>? Read(string line)
    {
        var details = new List<LogDetail>();
        return LogMessageJson.TryRead(Encoding.UTF8.GetBytes(line), details) ? details : null;
    }
}
