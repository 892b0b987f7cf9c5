using Xunit;

namespace Weir.Capture.Tests;

public class WarningLogTests
{
    [Fact]
    public void A_text_is_kept_once_and_the_number_of_texts_is_bounded()
    {
        var log = new WarningLog();
        for (var i = 0; i < WarningLog.MaxWarnings + 5; i++)
        {
            log.Add($"warning {i}");
            log.Add("warning 0");
        }

        Assert.Equal(WarningLog.MaxWarnings + 1, log.Snapshot().Count);
        Assert.Equal("5 further warnings", log.Snapshot()[^1]);
    }
}
