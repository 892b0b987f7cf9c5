namespace Weir.Linux;

/// <summary>libpcap refused something, or is not there.</summary>
public sealed class LibpcapException : Exception
{
    public LibpcapException(string operation, string message, string hint = "")
        : base(hint.Length == 0 ? $"{operation}: {message}" : $"{operation}: {message}; {hint}") =>
        (Operation, Hint) = (operation, hint);

    public string Operation { get; }

    /// <summary>Names the package, capability or command that helps; empty when none is known.</summary>
    public string Hint { get; }
}
