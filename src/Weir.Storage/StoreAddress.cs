using System.Diagnostics.CodeAnalysis;

namespace Weir.Storage;

/// <summary>Where calls are kept, as a word of the command line or a configuration: <c>clickhouse:http://host:8123/database</c>.</summary>
public static class StoreAddress
{
    public const string Syntax = "clickhouse:http://HOST:8123/DATABASE";

    private const string Scheme = "clickhouse:";

    /// <summary>ClickHouse takes longer names; ours become folders and paths in ZooKeeper.</summary>
    private const int MaxNameLength = 64;

    /// <param name="text">As <see cref="Syntax"/>.</param>
    /// <param name="options">Server and database.</param>
    /// <param name="error">What is wrong.</param>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out ClickHouseStoreOptions? options, [NotNullWhen(false)] out string? error)
    {
        options = null;
        if (!text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            || !Uri.TryCreate(text[Scheme.Length..], UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            error = $"'{text}' is no store such as {Syntax}";
            return false;
        }

        if (uri.UserInfo.Length > 0)
        {
            error = "a store's address has no user and password, which others could read there: WEIR_STORE_USER and WEIR_STORE_PASSWORD, or store.user and store.passwordFile";
            return false;
        }

        var database = uri.AbsolutePath[(uri.AbsolutePath.LastIndexOf('/') + 1)..];
        if (!IsName(database) || uri.Query.Length > 0)
        {
            error = $"'{text}' names no database of letters, digits and underscores: {Syntax}";
            return false;
        }

        var address = new Uri(uri, uri.AbsolutePath[..^database.Length]);
        options = new ClickHouseStoreOptions { Address = address, Database = database };
        error = null;
        return true;
    }

    /// <exception cref="ArgumentException">It is no name that may stand in SQL as it is.</exception>
    internal static void CheckName(string name)
    {
        if (!IsName(name)) throw new ArgumentException($"'{name}' has characters beside letters, digits and underscores");
    }

    /// <summary>Letters, digits and underscores, no digit first.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= MaxNameLength && !char.IsAsciiDigit(name[0]) && name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
