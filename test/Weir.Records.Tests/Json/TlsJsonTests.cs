using System.Buffers;
using System.Text;
using Weir.Packets;
using Weir.Records.Json;
using Xunit;

namespace Weir.Records.Tests.Json;

public class TlsJsonTests
{
    [Theory]
    [InlineData(TlsBinding.Nested, "nested")]
    [InlineData(TlsBinding.Declared, "declared")]
    [InlineData(TlsBinding.Fingerprint, "fingerprint")]
    [InlineData(TlsBinding.None, "none")]
    public void Library_and_binding_come_back_as_they_were_written(TlsBinding binding, string name)
    {
        var json = Write(new Exchange { Tls = new SegmentTls("openssl", binding) });
        Assert.Contains($",\"tls\":{{\"library\":\"openssl\",\"binding\":\"{name}\"}}", json, StringComparison.Ordinal);
        var read = new Exchange();
        Assert.True(ExchangeJsonReader.TryRead(Encoding.UTF8.GetBytes(json), read, out var error), error);
        Assert.Equal(new SegmentTls("openssl", binding), read.Tls);
    }

    [Fact]
    public void A_call_that_came_plain_says_nothing_of_TLS()
    {
        Assert.DoesNotContain("\"tls\"", Write(new Exchange()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_comes_back_with_container_and_control_group()
    {
        var exchange = new Exchange();
        (exchange.Client.ProcessId, exchange.Client.ProcessName) = (17, "curl");
        (exchange.Client.ContainerId, exchange.Client.Cgroup) = (new string('a', 64), "/kubepods");
        var read = new Exchange();
        Assert.True(ExchangeJsonReader.TryRead(Encoding.UTF8.GetBytes(Write(exchange)), read, out var error), error);
        Assert.Equal((17, "curl", exchange.Client.ContainerId, "/kubepods"), (read.Client.ProcessId, read.Client.ProcessName, read.Client.ContainerId, read.Client.Cgroup));
    }

    [Fact]
    public void A_binding_that_does_not_exist_is_refused()
    {
        var json = Write(new Exchange { Tls = new SegmentTls("openssl", TlsBinding.Nested) }).Replace("nested", "guessed", StringComparison.Ordinal);
        Assert.False(ExchangeJsonReader.TryRead(Encoding.UTF8.GetBytes(json), new Exchange(), out _));
    }

    private static string Write(Exchange exchange)
    {
        exchange.Id = new ExchangeIdGenerator().Next(1_000_000_000);
        exchange.HasRequest = true;
        var buffer = new ArrayBufferWriter<byte>();
        new ExchangeJsonWriter().Write(exchange, buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
