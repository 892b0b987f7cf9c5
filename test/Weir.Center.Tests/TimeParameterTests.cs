using Weir.Center.Api;

namespace Weir.Center.Tests;

public class TimeParameterTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.FromHours(2));

    [Theory]
    [InlineData("-0s", "2026-01-31T10:00:00Z")]
    [InlineData("-90s", "2026-01-31T09:58:30Z")]
    [InlineData("-1.5h", "2026-01-31T08:30:00Z")]
    [InlineData("-15m", "2026-01-31T09:45:00Z")]
    [InlineData("-7d", "2026-01-24T10:00:00Z")]
    [InlineData("2026-01-31T12:00+02:00", "2026-01-31T10:00:00Z")]
    [InlineData("2026-01-31t10:00:00z", "2026-01-31T10:00:00Z")]
    [InlineData("2026-01-31T10:00:00", "2026-01-31T10:00:00Z")]
    [InlineData("0", "1970-01-01T00:00:00Z")]
    public void Every_form_names_a_time(string text, string expected)
    {
        Assert.True(TimeParameter.TryParse(text, Now, out var unixNs));
        Assert.Equal(DateTimeOffset.Parse(expected, null), DateTimeOffset.UnixEpoch.AddTicks(unixNs!.Value / 100));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Nothing_is_no_bound(string? text)
    {
        Assert.True(TimeParameter.TryParse(text, Now, out var unixNs));
        Assert.Null(unixNs);
    }
}
