using Weir.Protocols;
using Xunit;

namespace Weir.Repository.Tests;

/// <summary>What belongs to a protocol: an entry of the catalog is finished when all of it is there.</summary>
public class ProtocolCatalogTests
{
    private static IEnumerable<string> Names => ProtocolCatalog.All.Select(protocol => protocol.Name);

    [Fact]
    public void There_are_protocols() => Assert.NotEmpty(ProtocolCatalog.All);

    [Fact]
    public void Names_are_lower_case_words_and_differ()
    {
        Assert.All(Names, name => Assert.Matches("^[a-z][a-z0-9]*$", name));
        Assert.Distinct(Names);
    }

    [Fact]
    public void Each_protocol_has_a_corpus_with_expectations_and_provenance() => Offences.None(
        from name in Names
        let cases = Repository.Below($"test/corpus/{name}").Select(Path.GetDirectoryName).Distinct().ToList()
        from offence in cases.Count == 0
            ? [$"test/corpus/{name}/ is missing"]
            : from folder in cases
              from file in CaseFiles(folder)
              where !Repository.Exists($"{folder}/{file}")
              select $"{folder}/{file} is missing"
        select offence,
        "test/corpus/<protocol>/<case>/ holds input.pcap, expected.jsonl and NOTES.md (where the capture is from); of a capture "
        + "that may not be copied here, expected.txt and NOTES.md.");

    [Fact]
    public void Each_protocol_has_a_page() => Offences.None(
        Names.Where(name => !Repository.Exists($"docs/formats/{name}.md")), "docs/formats/<protocol>.md is missing.");

    [Fact]
    public void Each_protocol_has_a_folder_of_its_own() => Offences.None(
        Names.Where(name => !AnyFolder("src/Weir.Protocols", name)), "src/Weir.Protocols/<Protocol>/ is missing.");

    [Fact]
    public void Each_protocol_has_tests() => Offences.None(
        from name in Names
        where !Repository.Below("test/Weir.Protocols.Tests", ".cs").Any(file =>
            file["test/Weir.Protocols.Tests/".Length..].Contains(name, StringComparison.OrdinalIgnoreCase)
            && Repository.Read(file).Contains("Fact]", StringComparison.Ordinal))
        select name,
        "test/Weir.Protocols.Tests has no test file named after the protocol.");

    [Fact]
    public void Each_protocol_has_a_benchmark() => Offences.None(
        from name in Names
        where !Repository.Below("bench/Weir.Benchmarks/Workloads", ".cs").Any(file =>
            string.Equals(Path.GetFileName(file), name + "Workload.cs", StringComparison.OrdinalIgnoreCase))
        select name,
        "bench/Weir.Benchmarks/Workloads/<Protocol>Workload.cs is missing.");

    private static string[] CaseFiles(string folder) => Repository.Exists($"{folder}/expected.txt")
        ? ["expected.txt", "NOTES.md"]
        : ["input.pcap", "expected.jsonl", "NOTES.md"];

    private static bool AnyFolder(string parent, string name) => Repository.Below(parent, ".cs").Any(file =>
        file[(parent.Length + 1)..].StartsWith(name + "/", StringComparison.OrdinalIgnoreCase));
}
