using System.Text;

namespace Weir.Records.Credentials;

/// <summary>The names under which kinds and flaws leave Weir: snake_case of the member, one for each bit that is set.</summary>
public static class CredentialNames
{
    private static readonly (AuthKinds Bit, string Text, byte[] Utf8)[] s_kinds = Table<AuthKinds>();
    private static readonly (CredentialFlaws Bit, string Text, byte[] Utf8)[] s_flaws = Table<CredentialFlaws>();

    /// <summary><c>bearer</c> and <c>jwt</c> …; <c>none</c> when nothing identified the call.</summary>
    public static IEnumerable<string> Of(AuthKinds kinds) =>
        kinds == AuthKinds.None ? ["none"] : s_kinds.Where(one => (kinds & one.Bit) != 0).Select(static one => one.Text);

    internal static ReadOnlySpan<(AuthKinds Bit, string Text, byte[] Utf8)> Kinds => s_kinds;

    internal static ReadOnlySpan<(CredentialFlaws Bit, string Text, byte[] Utf8)> Flaws => s_flaws;

    /// <summary>None for a name of another version.</summary>
    internal static AuthKinds KindOf(ReadOnlySpan<byte> name)
    {
        foreach (var (bit, _, utf8) in s_kinds)
            if (name.SequenceEqual(utf8)) return bit;
        return AuthKinds.None;
    }

    /// <summary>None for a name of another version.</summary>
    internal static CredentialFlaws FlawOf(ReadOnlySpan<byte> name)
    {
        foreach (var (bit, _, utf8) in s_flaws)
            if (name.SequenceEqual(utf8)) return bit;
        return CredentialFlaws.None;
    }

    private static (T Bit, string Text, byte[] Utf8)[] Table<T>()
        where T : struct, Enum =>
        [.. Enum.GetValues<T>().Where(static bit => Convert.ToInt32(bit, null) != 0).Select(static bit =>
        {
            var text = string.Concat(bit.ToString().Select(static (c, i) => i > 0 && char.IsUpper(c) ? $"_{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));
            return (bit, text, Encoding.ASCII.GetBytes(text));
        })];
}
