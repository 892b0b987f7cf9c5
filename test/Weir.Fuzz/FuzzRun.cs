namespace Weir.Fuzz;

public static class FuzzRun
{
    /// <summary>Runs a number of inputs and tells the first that fails: its number, its bytes in hexadecimal and why; null when none does.</summary>
    public static string? FirstFailure(FuzzTarget target, int inputs, int seed)
    {
        var mutator = new Mutator(target.Seeds(), seed, target.Words);
        for (var i = 0; i < inputs; i++)
        {
            var input = mutator.Next();
            try
            {
                target.Run((byte[])input.Clone());
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                return $"{target.Name}: seed {seed}, input {i}: {Convert.ToHexString(input)}\n{failure}";
            }
        }

        return null;
    }
}
