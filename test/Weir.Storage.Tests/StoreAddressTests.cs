namespace Weir.Storage.Tests;

public class StoreAddressTests
{
    [Theory]
    [InlineData("clickhouse:http://ch:8123/weir", "http://ch:8123/", "weir")]
    [InlineData("ClickHouse:https://ch.example/proxy/weir_2", "https://ch.example/proxy/", "weir_2")]
    public void An_address_names_server_and_database(string text, string address, string database)
    {
        Assert.True(StoreAddress.TryParse(text, out var options, out _));
        Assert.Equal((new Uri(address), database), (options.Address, options.Database));
    }

    [Theory]
    [InlineData("sqlite:/var/lib/weir")]
    [InlineData("http://ch:8123/weir")]
    [InlineData("clickhouse:ch:8123/weir")]
    [InlineData("clickhouse:http://ch:8123/")]
    [InlineData("clickhouse:http://ch:8123/we-ir")]
    [InlineData("clickhouse:http://ch:8123/weir`;DROP")]
    [InlineData("clickhouse:http://ch:8123/weir?password=x")]
    [InlineData("")]
    public void What_is_no_address_is_refused(string text)
    {
        Assert.False(StoreAddress.TryParse(text, out _, out var error));
        Assert.NotEmpty(error);
    }

    [Fact]
    public void A_password_in_an_address_is_refused_and_not_repeated()
    {
        Assert.False(StoreAddress.TryParse("clickhouse:http://weir:synthetic@ch:8123/weir", out _, out var error));
        Assert.Contains("WEIR_STORE_PASSWORD", error, StringComparison.Ordinal);
        Assert.DoesNotContain("synthetic", error, StringComparison.Ordinal);
    }
}
