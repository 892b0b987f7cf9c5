using Xunit;

namespace Weir.Repository.Tests;

internal static class Offences
{
    /// <summary>Fails with every offence on a line of its own: whoever broke a rule sees all of it at once.</summary>
    public static void None(IEnumerable<string> offences, string rule)
    {
        var found = offences.ToList();
        Assert.True(found.Count == 0, rule + Environment.NewLine + string.Join(Environment.NewLine, found));
    }
}
