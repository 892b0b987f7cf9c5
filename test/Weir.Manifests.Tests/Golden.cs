using Weir.Testing;

namespace Weir.Manifests.Tests;

/// <summary>Results that were looked through and kept. With WEIR_WRITE_GOLDEN=1 a run writes them anew, to be looked through again.</summary>
internal static class Golden
{
    public const string Variable = "WEIR_WRITE_GOLDEN";

    public static void Compare(string name, string actual)
    {
        var path = RepositoryRoot.Combine($"test/Weir.Manifests.Tests/golden/{name}");
        if (Environment.GetEnvironmentVariable(Variable) == "1") File.WriteAllText(path, actual);
        Assert.Equal(File.ReadAllText(path).Split('\n'), actual.Split('\n'));
    }
}
