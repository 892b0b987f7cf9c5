using Weir.Privacy.Rules;
using Xunit;

namespace Weir.Privacy.Tests.Rules;

public class RuleAdviceTests
{
    [Theory]
    [InlineData("# nothing", "everything is logged")]
    [InlineData("skip_submission", "not delivered")]
    [InlineData("/request_header/ remove", "request_header:.* matches")]
    [InlineData("include standard", "request_param:.* matches")]
    [InlineData("/a/ stop_unless /.*x/", "(?s)")]
    [InlineData("/a/ remove_if_found /(?=a)b/", "can take long")]
    public void What_is_hardly_meant_is_said(string text, string advice) =>
        Assert.Contains(RuleAdvice.For(Setup.Parse(text)), sentence => sentence.Contains(advice, StringComparison.Ordinal));

    [Theory]
    [InlineData("include weir")]
    [InlineData("include weir_strict")]
    [InlineData("/request_header:.*/ remove\n/a/ remove_if /(?s).*x.*/\n/a/ remove_if_found /.*x/")]
    public void What_is_meant_is_passed_in_silence(string text) => Assert.Empty(RuleAdvice.For(Setup.Parse(text)));
}
