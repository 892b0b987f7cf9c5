using System.Text;

namespace Weir.Privacy.Detection;

/// <summary>What a class of data is about; <c>--reveal</c> takes the name of a group for all of its classes.</summary>
public enum SensitiveGroup : byte
{
    /// <summary>Lets whoever holds it act as somebody: passwords, tokens, keys, cookies.</summary>
    Secrets,
    /// <summary>Cards and bank accounts.</summary>
    Financial,
    /// <summary>Numbers that a state gave to a person.</summary>
    NationalIds,
    /// <summary>Reaches or describes a person.</summary>
    Personal,
    /// <summary>Tells where a machine or a person is; told on the record, shown by default.</summary>
    Technical,
}

public enum Severity : byte
{
    Low,
    Medium,
    High,
    Critical,
}

/// <summary>One kind of sensitive data: <c>payment_card</c>, <c>jwt</c> …</summary>
public sealed class SensitiveClass
{
    internal SensitiveClass(string name, SensitiveGroup group, Severity severity, bool masked, string exposes)
    {
        (Name, Group, Severity, MaskedByDefault, Exposes) = (name, group, severity, masked, exposes);
        Mask = Encoding.ASCII.GetBytes($"***{name}***");
    }

    /// <summary>Stable name in snake_case, as on the record and in <c>--reveal</c>.</summary>
    public string Name { get; }

    public SensitiveGroup Group { get; }

    public Severity Severity { get; }

    /// <summary>False: it is told where it stands, but not hidden.</summary>
    public bool MaskedByDefault { get; }

    /// <summary>What becomes readable when the class is revealed; for <c>--help</c>.</summary>
    public string Exposes { get; }

    /// <summary>What stands in its place: plain in JSON, URLs, header fields and HTML.</summary>
    internal byte[] Mask { get; }

    public override string ToString() => Name;
}
