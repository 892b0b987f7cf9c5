using System.Security.Cryptography;

namespace Weir.Export.Apisec;

/// <summary>What holds at the moment.</summary>
/// <param name="Version">Grows when anything changes.</param>
/// <param name="Configuration">With the saved mappings before its own.</param>
/// <param name="Url">Null when it cannot be used.</param>
/// <param name="Token">Null when there is none.</param>
/// <param name="Problem">Why nothing can be sent; null when it can.</param>
internal sealed record ApisecState(int Version, ApisecConfiguration Configuration, Uri? Url, string? Token, string? Problem);

/// <summary>
/// The configuration and the token, read again while Weir runs: a ConfigMap changes under a running pod, and tokens are rotated. One that
/// cannot be read leaves what held before; at the start, the defaults.
/// </summary>
internal sealed class ApisecSettings
{
    private readonly ApisecOptions _options;
    private readonly SavedMappings _saved;
    private readonly Lock _gate = new();
    private ApisecConfiguration _file = ApisecConfiguration.Default;
    private byte[] _fingerprint = [];
    private string? _token;
    private string? _told;
    private bool _warned;
    private volatile ApisecState _state = new(0, ApisecConfiguration.Default, null, null, "nothing was read yet");

    public ApisecSettings(ApisecOptions options, string savedPath, DateTimeOffset now)
    {
        _options = options;
        _saved = new SavedMappings(savedPath, options.Tell);
        _saved.Load(options.ClearSavedMappings, now);
        Refresh();
    }

    public ApisecState State => _state;

    /// <summary>Reads again. True when something changed.</summary>
    public bool Refresh()
    {
        lock (_gate)
        {
            var (bytes, problem) = Read(_options.ConfigurationPath);
            var token = ReadToken();
            var fingerprint = SHA256.HashData(bytes ?? []);
            if (_state.Version > 0 && fingerprint.AsSpan().SequenceEqual(_fingerprint) && token == _token) return false;
            (_fingerprint, _token) = (fingerprint, token);
            if (bytes is not null && ApisecConfiguration.TryParse(bytes, out var file, out problem)) (_file, problem) = (file, null);
            var kept = _state.Version > 0 ? "what was configured before goes on" : "the defaults hold";
            Say(problem is null ? null : $"apisec: configuration {_options.ConfigurationPath}: {problem}; {kept}");
            Publish();
            return true;
        }
    }

    /// <summary>A mapping that was learned: saved, and in force at once.</summary>
    public void Learn(string service, ApisecTarget target)
    {
        lock (_gate)
        {
            _saved.Add(service, target);
            Publish();
        }
    }

    /// <summary>One line for the user; nothing of the token but its length.</summary>
    public override string ToString()
    {
        var (configuration, url) = (_state.Configuration, _state.Url);
        var token = _state.Token is null ? "no token" : $"a token of {_state.Token.Length} characters";
        var services = configuration.Mappings.Count == 0 ? "no service mappings" : $"{configuration.Mappings.Count} service mappings ({string.Join(", ", configuration.Mappings.Keys.Order(StringComparer.Ordinal).Take(20))})";
        return $"configuration {_options.ConfigurationPath}, platform {url?.ToString().TrimEnd('/') ?? "unusable"}, {token}, "
            + $"auto-onboarding {(configuration.AutoOnboardNewServices ? "on" : "off")}, {services}";
    }

    private void Publish()
    {
        var mappings = new Dictionary<string, ApisecTarget>(_file.Mappings, StringComparer.OrdinalIgnoreCase);
        foreach (var (service, target) in _saved.Mappings) mappings[service] = target;
        var isUrl = ApisecUrl.TryParse(_file.Url, _options.AllowHttp, out var url, out var problem);
        var token = _token ?? _file.ApiKey;
        if (_file.ApiKey is not null && !_warned)
        {
            _warned = true;
            _options.Tell($"apisec: WARNING: {_options.ConfigurationPath} holds an API key, where everybody who may read ConfigMaps reads it. "
                + "Revoke it, put a new one into a Secret and name it by APISEC_TOKEN_FILE or APISEC_TOKEN"
                + (_token is null ? "" : "; the one from there is used already"));
        }

        if (isUrl && token is null) problem = "there is no API token: set APISEC_TOKEN_FILE (a mounted Secret) or APISEC_TOKEN";
        _state = new ApisecState(_state.Version + 1, _file with { Mappings = mappings, ApiKey = null }, url, token, problem);
    }

    private string? ReadToken()
    {
        if (_options.TokenPath is null) return Clean(_options.Token);
        var (bytes, problem) = Read(_options.TokenPath);
        if (problem is not null) Say($"apisec: token file {_options.TokenPath}: {problem}");
        return bytes is null ? Clean(_options.Token) : Clean(System.Text.Encoding.UTF8.GetString(bytes));
    }

    /// <summary>A token that cannot stand in a header is none.</summary>
    private static string? Clean(string? token) =>
        token?.Trim() is { Length: > 0 } text && text.All(static c => c is > ' ' and < '\x7F') ? text : null;

    private static (byte[]? Bytes, string? Problem) Read(string path)
    {
        const int MaxBytes = 4 << 20;
        try
        {
            return new FileInfo(path).Length > MaxBytes ? (null, $"it has more than {MaxBytes} bytes") : (File.ReadAllBytes(path), null);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return (null, failure.Message);
        }
    }

    private void Say(string? text)
    {
        if (text is not null && text != _told) _options.Tell(text);
        _told = text;
    }
}
