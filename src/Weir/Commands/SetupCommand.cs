using System.CommandLine;
using Weir.Cli.Setup;
using Weir.Export.Apisec;

namespace Weir.Cli.Commands;

/// <summary><c>weir setup</c>: asks for services and token of the APISec integration, and writes the manifests.</summary>
internal sealed class SetupCommand
{
    private const string Help = """
        Prepare the APISec integration: asks which service belongs to which application and instance, and writes the
        ConfigMap. The token never goes into it: it is written into a Secret of its own, or a command says how.

        Examples:
          weir setup                                                  ask, then write configmap.yaml
          weir setup --non-interactive --map orders=APPID/INSTANCEID  without questions
          APISEC_TOKEN=… weir setup --non-interactive --secret        also secret.yaml, readable by you alone
          weir setup --empty-spec                                     also EmptySpec.yaml, to make an application by hand
        """;

    private readonly Option<string[]> _map = new("--map")
    {
        Description = "Service, application and instance; may be repeated",
        HelpName = "SERVICE=APPID/INSTANCEID",
    };

    private readonly Option<string> _url = new("--api-url")
    {
        Description = $"Address of the platform (default {ApisecConfiguration.DefaultUrl})",
        HelpName = "URL",
        DefaultValueFactory = static _ => ApisecConfiguration.DefaultUrl,
    };

    private readonly Option<string?> _token = new("--token-file")
    {
        Description = "File with the API token (env APISEC_TOKEN_FILE, or the token itself in APISEC_TOKEN)",
        HelpName = "FILE",
    };

    private readonly Option<bool> _onboard = new("--auto-onboard") { Description = "Make applications for services without a mapping" };

    private readonly Option<bool> _secret = new("--secret") { Description = "Write the token into secret.yaml, readable by you alone" };

    private readonly Option<bool> _empty = new("--empty-spec") { Description = "Also write EmptySpec.yaml, a specification without paths" };

    private readonly Option<string> _space = new("--namespace", "-n")
    {
        Description = "Namespace of the DaemonSet (default kube-system)",
        HelpName = "NAME",
        DefaultValueFactory = static _ => "kube-system",
    };

    private readonly Option<string> _folder = new("--directory", "-d")
    {
        Description = "Where the files are written (default here)",
        HelpName = "DIR",
        DefaultValueFactory = static _ => ".",
    };

    private readonly Option<bool> _quiet = new("--non-interactive", "--yes") { Description = "Ask nothing: take what the command line and the environment say" };

    public static Command Create()
    {
        var options = new SetupCommand();
        var command = new Command("setup", Help)
        {
            options._map, options._url, options._token, options._onboard, options._secret, options._empty, options._space, options._folder, options._quiet,
        };
        command.SetAction(options.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var space = parsed.GetValue(_space)!;
        if (!SetupFiles.IsName(space)) throw new UsageException($"'{space}' is no namespace");
        var plan = Given(parsed);
        if (!parsed.GetValue(_quiet))
        {
            if (new SetupWizard(Console.In, Console.Out, SetupWizard.ReadHidden).Run(plan) is not { } answered)
            {
                Console.Error.WriteLine("weir: nothing was written");
                return ExitCode.Failed;
            }

            plan = answered;
        }

        if (plan is { WriteSecret: true, Token: null }) throw new UsageException("--secret needs the token: APISEC_TOKEN, APISEC_TOKEN_FILE or --token-file");
        Write(plan, space, parsed.GetValue(_folder)!, parsed.GetValue(_empty));
        return ExitCode.Done;
    }

    private SetupPlan Given(ParseResult parsed)
    {
        var mappings = new Dictionary<string, ApisecTarget>(StringComparer.OrdinalIgnoreCase);
        foreach (var (service, target) in (parsed.GetValue(_map) ?? []).Select(SetupPlan.ParseMapping)) mappings[service] = target;
        var url = parsed.GetValue(_url)!;
        if (!ApisecUrl.TryParse(url, allowHttp: false, out var address, out var error)) throw new UsageException(error);
        var configuration = new ApisecConfiguration { Url = address.ToString().TrimEnd('/'), AutoOnboardNewServices = parsed.GetValue(_onboard), Mappings = mappings };
        return new SetupPlan(configuration, Token(parsed.GetValue(_token) ?? SniffOptions.FromEnvironment("APISEC_TOKEN_FILE")), parsed.GetValue(_secret));
    }

    private static string? Token(string? file)
    {
        try
        {
            return (file is null ? SniffOptions.FromEnvironment("APISEC_TOKEN") : File.ReadAllText(file))?.Trim() is { Length: > 0 } token ? token : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"cannot read the token: {failure.Message}");
        }
    }

    private static void Write(SetupPlan plan, string space, string folder, bool empty)
    {
        Directory.CreateDirectory(folder);
        WriteFile(folder, "configmap.yaml", SetupFiles.ConfigMap(plan.Configuration, space), isSecret: false);
        if (empty) WriteFile(folder, "EmptySpec.yaml", SetupFiles.EmptySpecification, isSecret: false);
        if (plan.WriteSecret) WriteFile(folder, "secret.yaml", SetupFiles.Secret(plan.Token!, space), isSecret: true);
        Console.Out.WriteLine(plan.WriteSecret ? "Next: kubectl apply -f secret.yaml, and delete the file" : $"Next: {SetupFiles.SecretCommand(space)}");
        Console.Out.WriteLine("Then: kubectl apply -f configmap.yaml -f daemonset.yaml   (deploy/apisec/daemonset.yaml)");
    }

    private static void WriteFile(string folder, string name, string text, bool isSecret)
    {
        var path = Path.Combine(folder, name);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (isSecret && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            // A file that is there would keep the rights it has.
            File.Delete(path);
        }

        using (var writer = new StreamWriter(path, options)) writer.Write(text);
        Console.Out.WriteLine($"Wrote {path}");
    }
}
