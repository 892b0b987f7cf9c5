using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Weir.Cli.Configuration;

/// <summary>Tokens and certificates that a configuration names.</summary>
internal static class Secrets
{
    /// <summary>Tokens of <c>KEY</c> (or its variable) and, one a line, of the file <c>KEYFile</c>; empty lines and those with # are passed over.</summary>
    /// <exception cref="UsageException">The file cannot be read, or a token has characters that a header does not take.</exception>
    public static IReadOnlyList<string> Tokens(YamlSettings settings, string key, string meaning)
    {
        var tokens = settings.FindAll(key, meaning).Select(one => one.Text).ToList();
        if (settings.FindText($"{key}File", $"A file that holds {key}") is { } file)
        {
            tokens.AddRange(ReadFile(file).Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'));
            if (tokens.Count == 0) throw new UsageException($"{file.Place}: there is no token in {file.Text}");
        }

        if (tokens.Exists(token => token.AsSpan().ContainsAnyExceptInRange('!', '~')))
            throw new UsageException($"a token of {key} has characters beside letters, digits and signs of ASCII");
        if (tokens.Count > 0) Hide(settings, key, string.Join('\n', tokens));
        return tokens;
    }

    /// <summary>What a secret is says nothing; that it is another one does.</summary>
    public static void Hide(YamlSettings settings, string key, string secret) =>
        settings.Seen[key] = Convert.ToHexString(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(secret)));

    /// <summary>The secret of <c>KEY</c> (or its variable), or of the file <c>KEYFile</c>, whose last line break does not count; null when neither is set.</summary>
    /// <exception cref="UsageException">The file cannot be read, or is empty; or both are set.</exception>
    public static string? Text(YamlSettings settings, string key, string meaning)
    {
        var secret = settings.FindText(key, meaning)?.Text;
        if (settings.FindText($"{key}File", $"A file that holds {key}") is { } file)
        {
            if (secret is not null) throw new UsageException($"{file.Place}: {key} and {key}File are two ways to say the same");
            secret = ReadFile(file).TrimEnd('\r', '\n');
            if (secret.Length == 0) throw new UsageException($"{file.Place}: there is nothing in {file.Text}");
        }

        if (secret is not null) Hide(settings, key, secret);
        return secret;
    }

    /// <summary>As <see cref="Text"/>, of what must not stand in the configuration itself: that is read by many and copied to repositories.</summary>
    /// <exception cref="UsageException">As there, or it stands there.</exception>
    public static string? Hidden(YamlSettings settings, string key, string meaning)
    {
        if (settings.FindText(key, meaning) is { } inline && inline.Place != YamlSettings.VariableOf(key))
            throw new UsageException($"{inline.Place}: {key} is a secret, which does not belong into a configuration: {key}File names a file, or the variable {YamlSettings.VariableOf(key)} holds it");
        return Text(settings, key, meaning)?.Trim();
    }

    /// <summary>A certificate with its key, of two PEM files; null when neither is named.</summary>
    public static X509Certificate2? Certificate(YamlSettings settings, string section, string meaning)
    {
        var (certificate, key) = (settings.FindText($"{section}.certificate", $"Certificate: {meaning}"), settings.FindText($"{section}.key", $"Key of the certificate: {meaning}"));
        if (certificate is null && key is null) return null;
        if (certificate is null || key is null) throw new UsageException($"{(certificate ?? key)!.Place}: {section}.certificate and {section}.key come together");
        try
        {
            return X509Certificate2.CreateFromPemFile(certificate.Text, key.Text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new UsageException($"{certificate.Place}: {certificate.Text} with {key.Text} is no certificate with its key: {e.Message}");
        }
    }

    /// <summary>Certificates of authorities in a PEM file; null when none is named.</summary>
    public static X509Certificate2Collection? Authority(YamlSettings settings, string key, string meaning)
    {
        if (settings.FindText(key, meaning) is not { } file) return null;
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(ReadFile(file));
        }
        catch (CryptographicException e)
        {
            throw new UsageException($"{file.Place}: {file.Text} holds no certificates: {e.Message}");
        }

        return authorities.Count > 0 ? authorities : throw new UsageException($"{file.Place}: {file.Text} holds no certificates");
    }

    private static string ReadFile(Setting file)
    {
        try
        {
            return File.ReadAllText(file.Text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{file.Place}: cannot read {file.Text}: {e.Message}");
        }
    }
}
