namespace Weir.Records;

/// <summary>One resource record of an answer.</summary>
/// <param name="Name">Owner name in <see cref="DnsLookup.Text"/>, without the final dot.</param>
/// <param name="Type">Resource record type (IANA).</param>
/// <param name="TtlSeconds">Time to live.</param>
/// <param name="Data">Presentation form: an address, a name, quoted strings; <c>\# …</c> (RFC 3597) for types without one here.</param>
public readonly record struct DnsAnswer(Slice Name, ushort Type, uint TtlSeconds, Slice Data);

/// <summary>
/// A DNS question with its answer (RFC 1035): on the record as <c>"dns":{"id","name","type","responseCode","answers",…}</c>.
/// The common fields hold the same for lists and filters: the method is the type asked for (<c>A</c>), the path the name, the
/// status the response code.
/// </summary>
public sealed class DnsLookup
{
    public bool Present { get; set; }

    public ByteBuffer Text { get; } = new();

    public ushort Id { get; set; }

    /// <summary>Name asked for, without the final dot; <c>.</c> for the root.</summary>
    public Slice Name { get; set; }

    /// <summary>Type asked for (IANA number): 1 A, 28 AAAA, 33 SRV …</summary>
    public ushort Type { get; set; }

    /// <summary>TCP instead of UDP.</summary>
    public bool OverTcp { get; set; }

    /// <summary>The TC bit: the answer did not fit.</summary>
    public bool Truncated { get; set; }

    public bool Authoritative { get; set; }

    /// <summary>Answer records, the first within limits; <see cref="AnswerCount"/> has them all.</summary>
    public List<DnsAnswer> Answers { get; } = [];

    public int AnswerCount { get; set; }

    public ReadOnlySpan<byte> this[Slice slice] => Text[slice];

    public void Clear()
    {
        if (!Present) return;
        Present = OverTcp = Truncated = Authoritative = false;
        Text.Clear();
        Answers.Clear();
        Name = default;
        Id = Type = 0;
        AnswerCount = 0;
    }
}
