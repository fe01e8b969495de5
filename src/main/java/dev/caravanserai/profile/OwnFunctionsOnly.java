package dev.caravanserai.profile;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import org.apache.commons.jexl3.introspection.JexlPermissions;

/**
 * Lets expressions read maps and lists and call {@link Functions}, but no other method and no
 * getter.
 */
final class OwnFunctionsOnly extends JexlPermissions.Delegate {
  OwnFunctionsOnly() {
    super(new JexlPermissions.ClassPermissions(Functions.class));
  }

  @Override
  public boolean allow(Method method) {
    Class<?> owner = method.getDeclaringClass();
    boolean holder = Map.class.isAssignableFrom(owner) || List.class.isAssignableFrom(owner);
    boolean lookup = holder && method.getName().equals("get") && method.getParameterCount() == 1;
    return (lookup || owner == Functions.class) && super.allow(method);
  }

  @Override
  public JexlPermissions compose(String... source) {
    return this;
  }
}
