using System.Text;
using System.Text.Json;
using Weir.Privacy.Rules;
using Weir.Privacy.Rules.Vectors;
using Weir.Testing;
using Xunit;

namespace Weir.Privacy.Tests.Rules;

public class RuleVectorTests
{
    /// <summary>The one file that the vectors load.</summary>
    private static readonly RuleSource Files = new()
    {
        Limits = Setup.Patient,
        ReadFile = path => RuleVectorRunner.ReferenceFile(path.Split('/')[^1]),
    };

    [SkippableFact]
    public void Every_vector_of_the_reference_gives_the_result_of_the_reference()
    {
        var vectors = RuleVector.ReadAll(File.ReadAllBytes(SharedData.Require("resurface-rules/vectors.json")));
        var runner = new RuleVectorRunner(Files, Setup.Context());
        var differences = vectors
            .Select((vector, index) => (vector, index, result: runner.Run(vector)))
            .Where(run => run.result.Outcome != VectorOutcome.Passed)
            .Select(run => $"{run.index + 1} {run.vector.Kind} {run.vector.Rules}\n  {run.result.Difference}");
        Assert.Empty(differences);
        Assert.True(vectors.Count >= 330);
    }

    [Fact]
    public void A_wrong_expectation_fails_and_says_both_sides()
    {
        var result = Run("""[{"kind":"parse","rules":"/a/ remove","java":{"verb":"remove","scope":"^b$","param1":null,"param2":null}}]""");
        Assert.Equal(VectorOutcome.Failed, result.Outcome);
        Assert.Contains("scope=^b$", result.Difference, StringComparison.Ordinal);
        Assert.Contains("scope=^a$", result.Difference, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"kind":"encode","rules":"","java":null}]""")]
    [InlineData("""[{"kind":"parse","rules":"","java":{"surprise":1}}]""")]
    [InlineData("""[{"kind":"parse","rules":""}]""")]
    public void What_is_not_known_fails(string json) => Assert.Equal(VectorOutcome.Failed, Run(json).Outcome);

    [Fact]
    public void A_file_that_is_not_there_is_told_apart_from_a_difference() => Assert.Equal(
        VectorOutcome.FileMissing, Run("""[{"kind":"ruleset","rules":"file:///nowhere","java":{"summary":"size=1"}}]""").Outcome);

    [Theory]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("""[{"kind":"parse"}]""")]
    [InlineData("""[{"kind":"apply","rules":"","details":[["a"]],"java":null}]""")]
    public void What_is_no_vector_file_is_refused(string json) =>
        Assert.Throws<JsonException>(() => RuleVector.ReadAll(Encoding.UTF8.GetBytes(json)));

    private static VectorResult Run(string json) =>
        new RuleVectorRunner(Setup.Source, Setup.Context()).Run(RuleVector.ReadAll(Encoding.UTF8.GetBytes(json)).Single());
}
