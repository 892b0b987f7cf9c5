using System.Buffers;
using System.Text;
using static Weir.Privacy.Detection.SensitiveClasses;

namespace Weir.Privacy.Detection;

/// <summary>What has to follow a prefix for it to be what it seems.</summary>
internal enum PrefixKind : byte
{
    /// <summary>Enough characters of an alphabet.</summary>
    Run,
    /// <summary>A JSON Web Token.</summary>
    Jwt,
    /// <summary>The first line of a key file.</summary>
    File,
}

/// <param name="Prefix">The bytes that give it away; together with what has to follow at least fifteen.</param>
/// <param name="Class">What it is then.</param>
/// <param name="MinBytes">Characters that have to follow.</param>
/// <param name="Alphabet">Which characters follow.</param>
/// <param name="Kind">How the rest is checked.</param>
/// <param name="NeedsDigit">A digit has to be among them: the prefix is also the start of words.</param>
internal sealed record KnownPrefix(
    byte[] Prefix, SensitiveClass Class, int MinBytes, SearchValues<byte> Alphabet, PrefixKind Kind, bool NeedsDigit);

/// <summary>Secrets that begin with a fixed text, by the vendors' own descriptions of their key formats.</summary>
internal static class KnownPrefixes
{
    private static readonly SearchValues<byte> s_alnum =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"u8);

    private static readonly SearchValues<byte> s_dotted =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-."u8);

    private static readonly SearchValues<byte> s_upper = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"u8);

    private static readonly SearchValues<byte> s_url =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./~+=:"u8);

    public static readonly KnownPrefix[] All =
    [
        Special("eyJ", Jwt, 8, PrefixKind.Jwt),
        Special("AGE-SECRET-KEY-1", PrivateKey, 50, PrefixKind.Run),
        Special("PuTTY-User-Key-File", PrivateKey, 0, PrefixKind.File),
        .. Many(AwsAccessKey, 16, s_upper, true, "AKIA", "ASIA", "ABIA", "ACCA"),
        One(GoogleKey, "AIza", 35, Chars.Token), One(GoogleKey, "GOCSPX-", 20, Chars.Token), One(GoogleKey, "ya29.", 20, s_dotted),
        .. Many(GithubToken, 30, s_alnum, false, "ghp_", "gho_", "ghu_", "ghs_", "ghr_"), One(GithubToken, "github_pat_", 30, Chars.Token),
        .. Many(GitlabToken, 18, s_dotted, false, "glpat-", "gldt-", "glrt-", "glptt-", "glcbt-", "glsoat-", "glft-", "glimt-", "glagent-", "gloas-"),
        .. Many(SlackToken, 16, Chars.Token, false, "xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxe-", "xoxe.", "xapp-"),
        One(SlackToken, "hooks.slack.com/", 20, s_url),
        .. Many(StripeKey, 16, s_alnum, false, "sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_"),
        .. Many(AiKey, 20, Chars.Token, true, "sk-proj-", "sk-ant-", "sk-or-", "sk-svcacct-", "gsk_", "xai-", "pplx-"), One(AiKey, "sk-", 32, s_alnum, true),
        .. Many(AiKey, 30, s_alnum, false, "hf_", "r8_"),
        One(PackageToken, "npm_", 30, s_alnum), One(PackageToken, "pypi-AgE", 50, Chars.Token), One(PackageToken, "rubygems_", 40, s_alnum),
        One(PackageToken, "dckr_pat_", 20, Chars.Token), One(PackageToken, "oy2", 43, s_alnum, true), One(PackageToken, "crates-io-", 20, Chars.Token),
        One(VendorKey, "SG.", 40, s_dotted, true), One(VendorKey, "key-", 32, Chars.Hex), .. Many(VendorKey, 32, Chars.Hex, true, "shpat_", "shpca_", "shppa_", "shpss_"),
        .. Many(VendorKey, 40, Chars.Hex, true, "dop_v1_", "doo_v1_", "dor_v1_"), .. Many(VendorKey, 20, s_dotted, true, "hvs.", "hvb.", "hvr."),
        .. Many(VendorKey, 30, Chars.Token, true, "glsa_", "glc_", "lin_api_", "ntn_", "ATATT3", "ATCTT3", "NRAK-", "sntrys_", "PMAK-", "pul-", "figd_", "EAAC", "EAAG"),
        .. Many(VendorKey, 20, s_dotted, true, "dp.pt.", "dp.st.", "dt0c01.", "pscale_tkn_", "pscale_pw_", "sbp_", "sq0atp-", "sq0csp-", "HRKU-", "tfp_", "AKCp", "rzp_live_", "sl.B", "lk_live_", "sk_prod_"),
        .. Many(VendorKey, 32, Chars.Hex, true, "dapi", "AC", "SK"),
        One(CryptoPrivateKey, "xprv", 100, s_alnum),
    ];

    private static KnownPrefix Special(string prefix, SensitiveClass sensitive, int minBytes, PrefixKind kind) =>
        new(Encoding.ASCII.GetBytes(prefix), sensitive, minBytes, Chars.Base64, kind, false);

    private static KnownPrefix One(SensitiveClass sensitive, string prefix, int minBytes, SearchValues<byte> alphabet, bool needsDigit = false) =>
        new(Encoding.ASCII.GetBytes(prefix), sensitive, minBytes, alphabet, PrefixKind.Run, needsDigit);

    private static IEnumerable<KnownPrefix> Many(
        SensitiveClass sensitive, int minBytes, SearchValues<byte> alphabet, bool needsDigit, params string[] prefixes) =>
        prefixes.Select(prefix => One(sensitive, prefix, minBytes, alphabet, needsDigit));
}
