using Weir.Testing;
using Weir.Testing.Corpus;

namespace Weir.Probe.Tests;

/// <summary>
/// Every capture of the corpus gives exactly the records next to it. With WEIR_REWRITE_CORPUS=1 the generated captures and
/// all expectations are written anew instead; the difference is then read in version control.
/// </summary>
public class CorpusTests
{
    public static TheoryData<string> Names
    {
        get
        {
            if (CorpusFolder.Rewrite) WriteCaptures();
            return new TheoryData<string>(CorpusFolder.Names);
        }
    }

    public static TheoryData<string> Generated => new(CorpusFolder.Generated.Select(one => one.ToString()));

    [Theory]
    [MemberData(nameof(Names))]
    public void Records_are_as_expected(string name)
    {
        var (lines, _) = ReadBack.File(CorpusFolder.Input(name));
        if (CorpusFolder.Rewrite) File.WriteAllText(CorpusFolder.Expected(name), lines);
        Assert.Equal(File.ReadAllText(CorpusFolder.Expected(name)), lines);
    }

    [Theory]
    [MemberData(nameof(Generated))]
    public void The_generator_makes_the_capture_that_is_stored(string name)
    {
        var one = CorpusFolder.Generated.Single(generated => generated.ToString() == name);
        Assert.Equal(File.ReadAllBytes(one.InputPath), one.Frames.ToPcap());
    }

    [Fact]
    public void Captures_are_small() => Assert.All(
        CorpusFolder.Names, name => Assert.InRange(new FileInfo(CorpusFolder.Input(name)).Length, 1, 20_000));

    private static void WriteCaptures()
    {
        foreach (var one in CorpusFolder.Generated)
        {
            Directory.CreateDirectory(one.Folder);
            one.Frames.WritePcap(one.InputPath);
        }
    }
}
