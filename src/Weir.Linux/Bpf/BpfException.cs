namespace Weir.Linux.Bpf;

/// <summary>The kernel or libbpf refused something of a BPF object; the message says what, why and what can be done.</summary>
public sealed class BpfException : Exception
{
    public BpfException(string operation, int errno, string detail)
        : base(Describe(operation, errno, detail)) => (Operation, Errno) = (operation, errno);

    public string Operation { get; }

    /// <summary>The error number of errno(3); 0 when there is none.</summary>
    public int Errno { get; }

    private static string Describe(string operation, int errno, string detail)
    {
        var error = errno == 0 ? operation : LinuxException.For(operation, errno).Message;
        return detail.Length == 0 ? error : $"{error}: {detail}";
    }
}
