namespace Weir.Testing.Corpus;

/// <summary>
/// One capture of the corpus. Response bodies that hold <c>{"path":"…"</c> name the path they answer, so that a wrong
/// pairing shows.
/// </summary>
/// <param name="Protocol">Name in the protocol catalog; also the folder.</param>
/// <param name="Name">Folder below it.</param>
/// <param name="Frames">Made from nothing but constants: the same bytes on every machine.</param>
public sealed record CorpusCase(string Protocol, string Name, IReadOnlyList<TestFrame> Frames)
{
    public string Folder => RepositoryRoot.Combine($"test/corpus/{Protocol}/{Name}");

    public string InputPath => Path.Combine(Folder, "input.pcap");

    public string ExpectedPath => Path.Combine(Folder, "expected.jsonl");

    public override string ToString() => $"{Protocol}/{Name}";
}
