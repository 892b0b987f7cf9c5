using System.Text;
using Weir.Capture.Ebpf.Elf;

namespace Weir.Capture.Ebpf.Tls;

/// <summary>
/// Functions of one file by name: exported ones, and in programs that were not stripped all others too. What exports one of them, as
/// Node does, exports all that it has: the long search through its other symbols is saved.
/// </summary>
internal sealed class TlsSymbols(ElfFile file, bool isProgram)
{
    private static readonly string[] Hidden =
    [
        "SSL_read", "SSL_read_ex", "SSL_write", "SSL_write_ex", "SSL_write_ex2", "SSL_do_handshake", "SSL_free", "SSL_set_fd",
        "SSL_set_rfd", "SSL_set_wfd", "BIO_read", "gnutls_record_recv", "gnutls_record_send", "gnutls_record_send2", "gnutls_handshake",
        "gnutls_deinit", "gnutls_transport_set_int2",
    ];

    private Dictionary<string, ElfSymbol>? _hidden;

    public ElfSymbol? Find(string name)
    {
        if (Exported(name) is { } exported) return exported;
        if (!isProgram) return null;
        _hidden ??= Hidden.Any(other => Exported(other) is not null) ? [] : FindHidden();
        return _hidden.TryGetValue(name, out var symbol) ? symbol : null;
    }

    /// <summary>Where the function is in the file; null when it is not there.</summary>
    public ulong? Offset(string name) =>
        Find(name) is { } symbol && file.TryCodeOffset(symbol.Address, out var offset) ? offset : null;

    private ElfSymbol? Exported(string name) =>
        file.Dynamic.TryFind(Encoding.ASCII.GetBytes(name), out var symbol) ? symbol : null;

    private Dictionary<string, ElfSymbol> FindHidden()
    {
        var symbols = ElfSymbols.Find(file, [.. Hidden.Select(Encoding.ASCII.GetBytes)]);
        var found = new Dictionary<string, ElfSymbol>();
        for (var i = 0; i < Hidden.Length; i++)
        {
            if (symbols[i].Address != 0) found.Add(Hidden[i], symbols[i]);
        }

        return found;
    }
}
