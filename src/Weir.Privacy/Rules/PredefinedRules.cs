namespace Weir.Privacy.Rules;

/// <summary>
/// Rule sets that a text can include. The first three are those of the Resurface loggers to the letter, leaks included;
/// docs/formats/logging-rules.md says what each lets through.
/// </summary>
public static class PredefinedRules
{
    public const string Debug = """
        allow_http_url
        copy_session_field /.*/

        """;

    public const string Standard = """
        /request_header:cookie|response_header:set-cookie/remove
        /(request|response)_body|request_param/ replace /[a-zA-Z0-9.!#$%&’*+\/=?^_`{|}~-]+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)/, /x@y.com/
        /request_body|request_param|response_body/ replace /[0-9\.\-\/]{9,}/, /xyxy/

        """;

    public const string Strict = """
        /request_url/ replace /([^\?;]+).*/, /$1/
        /request_body|response_body|request_param:.*|request_header:(?!user-agent).*|response_header:(?!(content-length)|(content-type)).*/ remove

        """;

    /// <summary>Nothing that is no secret is removed; what is one is masked wherever it stands.</summary>
    public const string Weir = """
        /.*/ mask_sensitive

        """;

    /// <summary>What <see cref="Standard"/> is meant to do, in every place of a message.</summary>
    public const string WeirStandard = """
        /(?i)request_header:(cookie2?|(proxy-)?authorization)|response_header:set-cookie2?/ remove
        /(?i)(request|response)_body|request_url|request_param:.*|session_field:.*|request_header:(referer|from)|response_header:(content-)?location/ replace /[a-zA-Z0-9.!#$&'’*+=?^_`\{|}~-]{1,64}(@|%40)[a-zA-Z0-9-]{1,63}(?:\.[a-zA-Z0-9-]{1,63})*/, /x@y.com/
        /(?i)(request|response)_body|request_param:.*|session_field:.*/ replace /[0-9][0-9 .\-\/]{7,}[0-9]/, /xyxy/
        /.*/ mask_sensitive

        """;

    /// <summary>What <see cref="Strict"/> is meant to do: method, address, code and three headers, exactly these.</summary>
    public const string WeirStrict = """
        /request_url/ replace /(?s)[?;#].*/, //
        /request_url/ replace /:\/\/[^\/@]*@/, /:\/\//
        /(?i)request_body|response_body|request_param:.*|session_field:.*|custom_field:.*|request_header:(?!user-agent$).*|response_header:(?!content-(length|type)$).*/ remove
        /.*/ mask_sensitive

        """;

    /// <summary>The set that stands for an empty text.</summary>
    public const string Default = Strict;

    /// <summary>Names after <c>include</c> and their texts, in the order in which they are expanded.</summary>
    internal static IReadOnlyList<(string Name, string Text)> All { get; } =
    [
        ("debug", Debug), ("standard", Standard), ("strict", Strict),
        ("weir", Weir), ("weir_standard", WeirStandard), ("weir_strict", WeirStrict),
    ];
}
