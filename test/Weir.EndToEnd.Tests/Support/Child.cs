using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Weir.EndToEnd.Tests.Support;

/// <summary>Runs a program to its end, or keeps it as long as the test needs it. Arguments are a list, never a shell line.</summary>
internal sealed class Child : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task _errorReader;
    private readonly StringBuilder _errors = new();

    private Child(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _errorReader = Task.Run(async () =>
        {
            while (await process.StandardError.ReadLineAsync() is { } line)
                lock (_errors) _errors.AppendLine(line);
        });
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Standard error so far.</summary>
    public string Errors
    {
        get
        {
            lock (_errors) return _errors.ToString();
        }
    }

    public static Child Start(string file, params IEnumerable<string> arguments) => Start(file, arguments, null);

    public static Child Start(string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo(file)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{file} did not start");
        process.StandardInput.Close();
        return new Child(process);
    }

    /// <summary>Waits until standard error holds a text.</summary>
    public async Task WaitForError(string text, TimeSpan limit)
    {
        var deadline = DateTime.UtcNow + limit;
        while (!Errors.Contains(text, StringComparison.Ordinal))
        {
            if (_process.HasExited || DateTime.UtcNow > deadline)
                throw new InvalidOperationException($"'{text}' was not said by {_process.StartInfo.FileName}: {Errors}");
            await Task.Delay(50);
        }
    }

    /// <summary>Waits for the end and returns exit code, standard output and standard error.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> Finish(TimeSpan limit)
    {
        using var deadline = new CancellationTokenSource(limit);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{_process.StartInfo.FileName} still ran after {limit}: {Errors}");
        }

        await _errorReader;
        return (_process.ExitCode, await _output, Errors);
    }

    /// <summary>Sends a signal such as <c>INT</c> or <c>TERM</c>.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public static async Task<string> Output(string file, params IEnumerable<string> arguments)
    {
        using var child = Start(file, arguments);
        var (code, output, errors) = await child.Finish(TimeSpan.FromMinutes(3));
        return code == 0 ? output : throw new InvalidOperationException($"{file} ended with {code}: {errors}");
    }

    public static bool Exists(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Concat(["/usr/sbin", "/sbin"])
        .Any(folder => File.Exists(Path.Combine(folder, program)));

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
