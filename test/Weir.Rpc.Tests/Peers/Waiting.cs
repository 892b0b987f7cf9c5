namespace Weir.Rpc.Tests.Peers;

internal static class Waiting
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public static async Task Until(Func<bool> condition)
    {
        var deadline = DateTime.UtcNow + s_patience;
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < deadline, "what the test waits for did not happen");
            await Task.Delay(10);
        }
    }
}
