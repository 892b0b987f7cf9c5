using Weir.Export;
using Xunit;

namespace Weir.Export.Tests;

public sealed class OutputSpecTests
{
    [Theory]
    [InlineData("console", OutputKind.Console, null)]
    [InlineData("jsonl", OutputKind.JsonLines, null)]
    [InlineData("jsonl:-", OutputKind.JsonLines, null)]
    [InlineData("JSONL:a:b.jsonl", OutputKind.JsonLines, "a:b.jsonl")]
    [InlineData("har:x.har", OutputKind.Har, "x.har")]
    [InlineData("pcap:/tmp/x.pcap", OutputKind.Pcap, "/tmp/x.pcap")]
    [InlineData("flows", OutputKind.Flows, null)]
    [InlineData("flows:x.jsonl", OutputKind.Flows, "x.jsonl")]
    [InlineData("none", OutputKind.None, null)]
    [InlineData("otlp", OutputKind.Otlp, null)]
    [InlineData("otlp:http://collector:4318", OutputKind.Otlp, "http://collector:4318")]
    public void A_known_output_is_understood(string text, OutputKind kind, string? file)
    {
        Assert.True(OutputSpec.TryParse(text, out var spec, out _));
        Assert.Equal(new OutputSpec(kind, file), spec);
    }

    [Theory]
    [InlineData(null, "Unknown output")]
    [InlineData("", "Unknown output")]
    [InlineData("xml", "Unknown output")]
    [InlineData("har", "needs a file")]
    [InlineData("pcap:", "needs a file")]
    [InlineData("jsonl:", "names no file")]
    [InlineData("console:x", "takes no file")]
    public void Anything_else_is_refused_with_a_reason(string? text, string reason)
    {
        Assert.False(OutputSpec.TryParse(text, out _, out var error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_cannot_be_created_is_named()
    {
        var error = Assert.Throws<OutputException>(new OutputSpec(OutputKind.Har, "/nonexistent/x.har").Open);
        Assert.Contains("/nonexistent/x.har", error.Message, StringComparison.Ordinal);
    }
}
